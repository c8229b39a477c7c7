import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { useApi, useLive, useWatched } from '../app/session'
import { Empty, Failure, Loading } from '../app/States'
import { ago } from '../app/time'
import { Chip } from './Chip'
import { useActs } from '../keyboard/useAct'
import styles from './TicketList.module.css'
import { type Order, ORDERS, VIEWS, type ViewName } from './views'

type Row = components['schemas']['TicketRow']
const ROW = 76 // pixels
const AHEAD = 10 // rows before the end at which the next page is asked for

interface Props {
  view: ViewName
  order: Order
  chosen: string | undefined
  onOrder: (order: Order) => void
  onChoose: (id: string) => void
}

export function TicketList({ view, order, chosen, onOrder, onChoose }: Props) {
  const { t } = useTranslation()
  const list = useRows(view, order)
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 8 })
  const seen = virtual.getVirtualItems()
  const lastSeen = seen.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && lastSeen >= rows.length - AHEAD) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, lastSeen, rows.length])

  const step = (by: number) => {
    const at = rows.findIndex((row) => row.id === chosen)
    const next = Math.min(Math.max(at + by, 0), rows.length - 1)
    virtual.scrollToIndex(next)
    const row = rows[next]
    if (row !== undefined) onChoose(row.id)
  }
  const arrow = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    step(by)
  }
  const possible = rows.length > 0
  useActs([
    { id: 'list.next', text: t('act.next'), group: 'list', key: 'j', possible, run: () => { step(1) } },
    { id: 'list.previous', text: t('act.previous'), group: 'list', key: 'k', possible, run: () => { step(-1) } },
  ])

  return (
    <section className={styles.list} aria-label={t('list.label')}>
      <header className={styles.head}>
        <h2>{t(`views.${view}`)}</h2>
        <label>
          <span className="unseen">{t('list.sort')}</span>
          <select value={order} onChange={(event) => { onOrder(event.target.value as Order) }}>
            {(Object.keys(ORDERS) as Order[]).map((name) => <option key={name} value={name}>{t(`list.${name}`)}</option>)}
          </select>
        </label>
      </header>
      {list.isPending ? <Loading /> : list.isError && rows.length === 0 ? <Failure text={t('list.failed')} again={() => void list.refetch()} />
        : rows.length === 0 ? <Empty text={t(view === 'mine' ? 'list.emptyMine' : 'list.empty')} /> : (
          <div ref={scroller} className={styles.scroller} role="listbox" aria-label={t('list.label')} tabIndex={0} onKeyDown={arrow}
            aria-activedescendant={chosen === undefined ? undefined : `ticket-${chosen}`}>
            <div className={styles.all} style={{ height: virtual.getTotalSize() }}>
              {seen.map(({ index, start }) => {
                const row = rows[index]
                return row === undefined ? null : (
                  <TicketRow key={row.id} row={row} top={start} chosen={row.id === chosen} onChoose={onChoose} place={index + 1} of={rows.length} />
                )
              })}
            </div>
          </div>
        )}
    </section>
  )
}

function useRows(view: ViewName, order: Order) {
  const api = useApi()
  const query = { ...VIEWS[view], ordering: ORDERS[order] }
  return useInfiniteQuery({
    queryKey: keys.tickets(query),
    initialPageParam: '',
    queryFn: async ({ pageParam }) => {
      const { data } = await api.GET('/api/v1/tickets/', { params: { query: { ...query, ...(pageParam === '' ? {} : { cursor: pageParam }) } } })
      if (data === undefined) throw new Error('no answer')
      return data
    },
    getNextPageParam: (page) => page.next ?? null,
    placeholderData: (before) => before,
  })
}

interface RowProps {
  row: Row
  top: number
  chosen: boolean
  place: number
  of: number
  onChoose: (id: string) => void
}

function TicketRow({ row, top, chosen, place, of, onChoose }: RowProps) {
  const { t, i18n } = useTranslation()
  const now = useNow()
  const unsent = useWatched(useLive().unsent).some((message) => message.ticket === row.id)
  return (
    <div id={`ticket-${row.id}`} role="option" aria-selected={chosen} aria-posinset={place} aria-setsize={of} className={styles.row} style={{ top }}
      data-unread={row.unread > 0} onClick={() => { onChoose(row.id) }}>
      <span className={styles.customer}>{row.customer.name}</span>
      <time className={styles.time} dateTime={row.updated_at}>{ago(row.updated_at, now, i18n.language)}</time>
      <span className={styles.subject}>{unsent ? <b className={styles.unsent}>{t('list.unsent')} </b> : null}{row.subject}</span>
      {row.unread > 0 ? <span className={styles.unread} aria-label={t('list.unread', { count: row.unread })}>{row.unread}</span> : null}
      <span className={styles.marks}>
        <span>{row.number}</span>
        {row.priority === 'normal' ? null : <span className={styles.priority} data-priority={row.priority}>{t(`priority.${row.priority as 'high'}`)}</span>}
        <span>{row.assignee?.name ?? t('list.nobody')}</span>
        <Chip sla={row.sla} now={now} />
      </span>
    </div>
  )
}

/** The time, every ten seconds. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const ticking = setInterval(() => { setNow(Date.now()) }, 10_000)
    return () => { clearInterval(ticking) }
  }, [])
  return now
}
