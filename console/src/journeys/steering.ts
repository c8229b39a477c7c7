/** Keys that mean the chosen steps, on the canvas and in the outline alike. Letters are acts of the page (`Builder.tsx`). */
import type { KeyboardEvent } from 'react'

import { moveAlong } from './model/edit'
import type { Builder } from './Table'

/** The cursor goes to this step; with Shift, it is chosen beside the others. */
export function go(event: KeyboardEvent, builder: Builder, to: string | null | undefined): void {
  event.preventDefault()
  if (to == null) return
  const before = builder.standing.chosen
  builder.show(to, 'node')
  if (event.shiftKey) builder.choose([...before.filter((id) => id !== to), to])
}

/** When a window is gone and gave back the cursor. */
export function afterWindow(does: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(does))
}

/** True where the key was one of ours. */
export function steered(event: KeyboardEvent, builder: Builder): boolean {
  const { rows, current, standing, show, choose, remove, edit, mayChange } = builder
  const id = current ?? rows[0]?.id
  if (id === undefined || event.ctrlKey || event.metaKey) return false
  const chosen = standing.chosen.length > 0 ? standing.chosen : [id]
  const acts: Record<string, (() => void) | undefined> = {
    Enter: () => { show(id, 'editor') },
    Home: () => { if (rows[0] !== undefined) show(rows[0].id, 'node') },
    End: () => { const last = rows.at(-1); if (last !== undefined) show(last.id, 'node') },
    Delete: mayChange ? () => { remove(chosen) } : undefined,
    Backspace: mayChange ? () => { remove(chosen) } : undefined,
    Escape: () => { choose([]) },
  }
  const along = event.altKey && mayChange ? { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined : undefined
  const act = along === undefined ? (event.altKey ? undefined : acts[event.key]) : () => { edit((graph) => moveAlong(graph, id, along)) }
  if (act === undefined) return false
  event.preventDefault()
  act()
  return true
}
