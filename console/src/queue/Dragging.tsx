/** Which ticket is being dragged, from whichever list, so that agents can say whether they fit and take it. */
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react'
import { type DragAndDropHooks, type DropItem, useDragAndDrop } from 'react-aria-components'

import type { Agent, Ticket } from './giving'
import type { Giving } from './useGiving'

export const TICKET = 'application/x-pandar-ticket'

export interface Dragged {
  readonly ticket: Ticket
  /** The name of the skill it needs. */
  readonly skill: string | null
}

interface Drags {
  readonly dragged: Dragged | null
  readonly start: (dragged: Dragged) => void
  readonly end: () => void
  readonly drop: (items: readonly DropItem[], agent: Agent) => void
  readonly find: (ticket: string) => Dragged | undefined
}

const Context = createContext<Drags | null>(null)

export function useDrags(): Drags {
  const drags = useContext(Context)
  if (drags === null) throw new Error('nothing can be dragged here')
  return drags
}

export function DragProvider({ known, giving, children }: { known: ReadonlyMap<string, Dragged>; giving: Giving; children: ReactNode }) {
  const [dragged, setDragged] = useState<Dragged | null>(null)
  const last = useRef<Dragged | null>(null) // what is dropped is asked for after the drag has ended
  const { give } = giving
  const start = useCallback((started: Dragged) => { last.current = started; setDragged(started) }, [])
  const end = useCallback(() => { setDragged(null) }, [])
  const find = useCallback((ticket: string) => known.get(ticket), [known])
  const drop = useCallback((items: readonly DropItem[], agent: Agent) => {
    for (const item of items) {
      if (item.kind !== 'text' || !item.types.has(TICKET)) continue
      void item.getText(TICKET).then((id) => {
        const found = last.current?.ticket.id === id ? last.current : known.get(id)
        if (found !== undefined) give(found.ticket, agent)
      })
    }
  }, [known, give])
  return <Context value={useMemo(() => ({ dragged, start, end, drop, find }), [dragged, start, end, drop, find])}>{children}</Context>
}

/** For a list of tickets whose rows can be dragged. */
export function useTicketDrag(find: (ticket: string) => Dragged | undefined): DragAndDropHooks {
  const { start, end } = useDrags()
  const { dragAndDropHooks } = useDragAndDrop({
    getItems: (chosen) => [...chosen].flatMap((key) => {
      const found = find(String(key))
      return found === undefined ? [] : [{ [TICKET]: found.ticket.id, 'text/plain': `${found.ticket.number} ${found.ticket.subject}` }]
    }),
    getAllowedDropOperations: () => ['move'],
    onDragStart: ({ keys }) => {
      const found = find(String([...keys][0]))
      if (found !== undefined) start(found)
    },
    onDragEnd: end,
  })
  return dragAndDropHooks
}
