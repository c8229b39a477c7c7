/** One's own tickets, the last touched first, and what of them is unread. */
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'

import { keys } from '../../api/keys'
import type { components } from '../../api/schema'
import { useApi, useLive } from '../../app/session'

export type Row = components['schemas']['TicketRow']
const LISTENED = 5 // open tickets whose messages are heard while one looks at something else

interface Listed {
  readonly data: Row[]
  readonly next: string | null
}

export function useTickets() {
  const api = useApi()
  const list = useInfiniteQuery<Listed, Error, InfiniteData<Listed>, readonly unknown[], string | null>({
    queryKey: keys.tickets({ portal: true }),
    initialPageParam: null,
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.GET('/api/v1/tickets/', { params: { query: pageParam === null ? {} : { cursor: pageParam } }, signal })
      return { data: data?.data ?? [], next: data?.next ?? null }
    },
    getNextPageParam: ({ next }) => next,
  })
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.data) ?? [], [list.data])
  return { list, rows }
}

export function isOver(row: Pick<Row, 'status'>): boolean {
  return row.status === 'resolved' || row.status === 'closed'
}

/** How many messages one has not read. What is open is heard meanwhile, so that the number is not old. */
export function useUnread(): number {
  const { rows } = useTickets()
  const { rooms } = useLive()
  const open = rows.filter((row) => !isOver(row)).slice(0, LISTENED).map((row) => row.id).join(' ')
  useEffect(() => {
    const ends = open === '' ? [] : open.split(' ').map((ticket) => rooms.watch(ticket, () => undefined))
    return () => { for (const end of ends) end() }
  }, [open, rooms])
  return rows.reduce((sum, row) => sum + row.unread, 0)
}
