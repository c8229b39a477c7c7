/** What can be done in the builder by a key, from the palette and the sheet of keys. */
import { flushSync } from 'react-dom'
import { useTranslation } from 'react-i18next'

import { useActs } from '../keyboard/useAct'
import { spotFor } from './AddDialog'
import { setStart } from './model/edit'
import { outline } from './model/outline'
import type { Builder } from './Table'

export function useBuilderActs(builder: Builder, { onPreview }: { onPreview: () => void }): void {
  const { t } = useTranslation('journeys')
  const { rows, current, show, desk, standing, mayChange, problems } = builder
  const at = rows.findIndex((row) => row.id === current)
  const step = (by: number) => { const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)]; if (next !== undefined) show(next.id, 'node') }
  const one = current !== null
  const wrong = problems.all.filter((problem) => problem.node !== null)
  const nextProblem = () => {
    const here = wrong.findLastIndex((problem) => problem.node === current)
    const next = wrong[here + 1] ?? wrong[0]
    if (next?.node != null) show(next.node, 'editor', next.member)
  }
  // What the cursor was on may be gone then.
  const travel = (to: () => void) => {
    flushSync(to)
    const [first] = desk.get().chosen
    const id = first ?? outline(desk.graph)[0]?.id
    if (document.activeElement === document.body && id !== undefined) show(id, 'node')
  }
  const group = 'journey' as const
  useActs([
    { id: 'journey.next', text: t('keys.reading'), group, key: 'j', hidden: true, run: () => { step(1) } },
    { id: 'journey.previous', text: t('keys.reading'), group, key: 'k', hidden: true, run: () => { step(-1) } },
    { id: 'journey.ways', text: t('keys.ways'), group, key: '← → ↑ ↓', hidden: true, run: nothing },
    { id: 'journey.first', text: t('keys.first'), group, key: 'Home / End', hidden: true, run: nothing },
    { id: 'journey.several', text: t('keys.choose'), group, key: 'Shift + ↓', hidden: true, run: nothing },
    { id: 'journey.edit', text: t('keys.edit'), group, key: 'Enter', possible: one, hidden: true, run: () => { if (current !== null) show(current, 'editor') } },
    { id: 'journey.leave', text: t('keys.leave'), group, key: 'Esc', hidden: true, run: nothing },
    { id: 'journey.add', text: t('keys.add'), group, key: 'n', possible: mayChange, run: () => { builder.ask(spotFor(builder)) } },
    { id: 'journey.connect', text: t('keys.connect'), group, key: 'c', possible: one, run: () => { if (current !== null) show(current, 'editor', 'nextNode') } },
    { id: 'journey.duplicate', text: t('keys.duplicate'), group, key: 'd', possible: mayChange && one, run: () => { builder.duplicate(standing.chosen) } },
    { id: 'journey.remove', text: t('keys.remove'), group, key: 'Delete', possible: mayChange && one, run: () => { builder.remove(standing.chosen) } },
    { id: 'journey.move', text: t('keys.move'), group, key: 'Alt + ↑ ↓', hidden: true, run: nothing },
    { id: 'journey.start', text: t('keys.start'), group, key: 's', possible: mayChange && one, run: () => { if (current !== null) builder.edit((graph) => setStart(graph, current)) } },
    { id: 'journey.undo', text: t('keys.undo'), group, key: 'Mod+Z', possible: standing.history.past.length > 0, run: () => { travel(() => { desk.undo() }) } },
    { id: 'journey.redo', text: t('keys.redo'), group, key: 'Mod+Y', possible: standing.history.future.length > 0, run: () => { travel(() => { desk.redo() }) } },
    { id: 'journey.save', text: t('saving.saved'), group, key: 'Mod+S', hidden: true, run: () => void desk.saver.flush() },
    { id: 'journey.preview', text: t('keys.preview'), group, key: 'p', run: onPreview },
    { id: 'journey.problem', text: t('keys.problem'), group, key: '.', possible: wrong.length > 0, run: nextProblem },
  ])
}

/** Done where the cursor is, on the canvas or in the outline: here for the sheet of keys. */
function nothing(): void { /* the cursor knows */ }
