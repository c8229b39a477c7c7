/** The tickets of a view: as long as the view is, though only what is on screen is drawn and fetched. */
import { type PointerEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useLive, useWatched } from '../app/session'
import { Failure, Loading } from '../app/States'
import type { Act } from '../keyboard/registry'
import { heard, useActs } from '../keyboard/useAct'
import { FARTHEST, moved, PAGE, type Row } from './rows'
import styles from './TicketList.module.css'
import { Blank, ID, ROW, TicketRow } from './TicketRow'
import { useDrafts, useLength, useRows, useWatching } from './useList'
import { useWindow } from './useWindow'
import type { ListQuery } from './views'

/** Where each list was left, by its question: pixels. */
const positions = new Map<string, number>()
const NONE: readonly string[] = []
const READ = 250 // milliseconds before what stands around the chosen ticket is asked for
const RESTED = 60 // milliseconds on one row
const AROUND = 6 // rows that are drawn above and below the window

interface Props {
  query: ListQuery
  empty: ReactNode
  chosen: string | undefined
  marked: ReadonlySet<string>
  refusals: ReadonlyMap<string, string>
  onChoose: (id: string) => void
  /** It is likely to be chosen next. */
  onPrepare: (id: string) => void
  onMark: (ids: readonly string[], marked: boolean) => void
}

/** `key` it by the question: another list begins where that one was left. */
export function TicketList(props: Props) {
  const { t } = useTranslation()
  const { length, more, isPending, isError, refetch } = useLength(props.query)
  if (isPending) return <Loading />
  if (isError) return <Failure text={t('list.failed')} again={() => void refetch()} />
  if (length === 0) return props.empty
  return <Rows {...props} length={length} more={more} />
}

function Rows({ query, chosen, marked, refusals, onChoose, onPrepare, onMark, length, more }: Props & { length: number; more: boolean }) {
  const { t } = useTranslation()
  const name = JSON.stringify(query)
  const scroller = useRef<HTMLDivElement>(null)
  const [start] = useState(() => positions.get(name) ?? 0)
  const { first, last, show } = useWindow(scroller, { count: length, row: ROW, around: AROUND }, start)
  const rows = useRows(query, first, last)
  const shown = useMemo(() => Array.from({ length: last - first + 1 }, (_, index) => first + index), [first, last])
  const visible = useMemo(() => shown.flatMap((index) => rows.get(index)?.id ?? []), [shown, rows])
  useWatching(visible)
  useAnchor(scroller, rows)
  const drafts = useDrafts()
  const unsent = useWatched(useLive().unsent)
  const [cursor, setCursor] = useState<string | undefined>(chosen)
  const [from, setFrom] = useState<string | undefined>() // where a range of marks begins

  const placeOf = (id: string | undefined) => [...rows].find(([, row]) => row.id === id)?.[0]
  const place = placeOf(chosen)
  useNeighbours(place === undefined ? NONE : [rows.get(place + 1)?.id, rows.get(place - 1)?.id], onPrepare)
  const point = usePointing(onPrepare)
  const step = (by: number) => {
    const at = placeOf(chosen) ?? placeOf(cursor) ?? (by > 0 ? -1 : 0)
    const next = Math.min(Math.max(at + by, 0), length - 1)
    show(next)
    const row = rows.get(next)
    if (row === undefined) return
    setCursor(row.id)
    onChoose(row.id)
  }
  const mark = useCallback((id: string, upTo: boolean) => {
    const range = upTo && from !== undefined ? between(rows, from, id) : [id]
    onMark(range, upTo || !marked.has(id))
    setFrom(id)
  }, [rows, from, marked, onMark])
  const acts: readonly Act[] = [
    { id: 'list.next', text: t('act.next'), group: 'list', key: 'j', own: ['ArrowDown'], run: () => { step(1) } },
    { id: 'list.previous', text: t('act.previous'), group: 'list', key: 'k', own: ['ArrowUp'], run: () => { step(-1) } },
    { id: 'list.pageDown', text: t('act.further'), group: 'list', own: ['PageDown'], hidden: true, run: () => { step(8) } },
    { id: 'list.pageUp', text: t('act.back'), group: 'list', own: ['PageUp'], hidden: true, run: () => { step(-8) } },
    { id: 'list.first', text: t('act.first'), group: 'list', own: ['Home'], run: () => { step(-length) } },
    { id: 'list.last', text: t('act.last'), group: 'list', own: ['End'], run: () => { step(length) } },
    { id: 'list.mark', text: t('list.mark'), group: 'list', key: 'x', possible: chosen !== undefined || cursor !== undefined,
      run: () => { const id = chosen ?? cursor; if (id !== undefined) mark(id, false) } },
    { id: 'list.markShown', text: t('list.markShown'), group: 'list', run: () => { onMark(visible, true) } },
  ]
  useActs(acts)

  return (
    <div ref={scroller} className={styles.scroller} role="listbox" aria-label={t('list.label')} aria-multiselectable="true" tabIndex={0} onKeyDown={(event) => { heard(acts, event) }}
      onPointerOver={point} onPointerDown={point} onPointerLeave={point}
      onScroll={(event) => { positions.set(name, event.currentTarget.scrollTop) }}
      aria-activedescendant={chosen !== undefined && visible.includes(chosen) ? `${ID}${chosen}` : undefined}>
      <div className={styles.all} style={{ height: length * ROW }} role="presentation">
        {shown.map((index) => {
          const row = rows.get(index)
          return row === undefined ? <Blank key={index} top={index * ROW} /> : (
            <TicketRow key={row.id} row={row} place={index} of={length} top={index * ROW} chosen={row.id === chosen} marked={marked.has(row.id)}
              marking={marked.size > 0} refused={refusals.get(row.id)} draft={drafts.get(row.id)} own={query.assignee === 'me'}
              unsent={unsent.some((message) => message.ticket === row.id)} onChoose={onChoose} onMark={mark} />
          )
        })}
      </div>
      {more ? <p className={styles.more} role="presentation">{t('list.more', { count: FARTHEST * PAGE })}</p> : null}
    </div>
  )
}

/** Whoever reads a conversation goes on to the one below or above. */
function useNeighbours([below, above]: readonly (string | undefined)[], onPrepare: (id: string) => void): void {
  useEffect(() => {
    const reading = setTimeout(() => {
      for (const id of [below, above]) if (id !== undefined) onPrepare(id)
    }, READ)
    return () => { clearTimeout(reading) }
  }, [below, above, onPrepare])
}

/** A mouse that rests on a row, or presses it. */
function usePointing(onPrepare: (id: string) => void): (event: PointerEvent) => void {
  const resting = useRef<ReturnType<typeof setTimeout>>(undefined)
  const at = useRef<string | undefined>(undefined)
  useEffect(() => () => { clearTimeout(resting.current) }, [])
  return useCallback((event) => {
    const found = event.type === 'pointerleave' ? null : (event.target as Element).closest('[role=option]')
    const id = event.pointerType === 'mouse' ? found?.id.slice(ID.length) : undefined
    if (event.type !== 'pointerdown' && id === at.current) return
    at.current = id
    clearTimeout(resting.current)
    if (id === undefined) return
    if (event.type === 'pointerdown') onPrepare(id)
    else resting.current = setTimeout(() => { onPrepare(id) }, RESTED)
  }, [onPrepare])
}

/** The tickets from one to another, as they stand in the list; the last alone where the first is not there any more. */
function between(rows: ReadonlyMap<number, Row>, one: string, other: string): string[] {
  const places = [...rows].filter(([, row]) => row.id === one || row.id === other).map(([place]) => place)
  if (places.length < 2) return [other]
  const [from, to] = [Math.min(...places), Math.max(...places)]
  return [...rows].filter(([place]) => place >= from && place <= to).map(([, row]) => row.id)
}

/** Whatever comes and goes above, what one looks at stays where it is; at the top of the list one sees what comes. */
function useAnchor(scroller: { readonly current: HTMLDivElement | null }, rows: ReadonlyMap<number, Row>): void {
  const anchor = useRef<{ id: string; place: number } | null>(null)
  useLayoutEffect(() => {
    const window = scroller.current
    if (window === null) return
    const by = window.scrollTop > 0 ? moved(anchor.current, rows) : 0
    if (by !== 0) window.scrollBy({ top: by * ROW, behavior: 'instant' })
  }, [scroller, rows])
  useEffect(() => {
    const place = Math.floor((scroller.current?.scrollTop ?? 0) / ROW)
    const row = rows.get(place)
    if (row !== undefined) anchor.current = { id: row.id, place }
  })
}
