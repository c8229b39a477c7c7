/** The rows of a list that are on screen, kept up by what the socket says. */
import { useQueries, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useMemo, useSyncExternalStore } from 'react'

import { type Api, data } from '../api/client'
import { keys } from '../api/keys'
import { useApi, useLive, useMe, useWatched } from '../app/session'
import type { components } from '../api/schema'
import type { Company } from '../realtime/presence'
import { FARTHEST, PAGE, type Page, pageAfter, pagesOf, rowsOf } from './rows'
import type { ListQuery } from './views'

type Draft = components['schemas']['DraftBrief']
export type Drafts = ReadonlyMap<string, Draft>
const NO_DRAFTS: Drafts = new Map()
const MOST_WATCHED = 100
const SETTLED = 250 // milliseconds in which a list that scrolls comes to rest

function asked(api: Api, query: ListQuery, page: number) {
  return {
    queryKey: keys.tickets(query, page),
    queryFn: async (): Promise<Page> => {
      const { data } = await api.GET('/api/v1/tickets/', { params: { query: { ...query, page } } })
      if (data === undefined) throw new Error('no answer')
      return data
    },
  }
}

/** How long the list is: as far as pages reach. */
export function useLength(query: ListQuery) {
  const { data, isPending, isError, refetch } = useQuery(asked(useApi(), query, 1))
  return { length: data === undefined ? 0 : Math.min(data.count, FARTHEST * PAGE), more: data?.count_exact === false, isPending, isError: isError && data === undefined, refetch }
}

/** The rows on the pages that hold these places. */
export function useRows(query: ListQuery, first: number, last: number) {
  const api = useApi()
  const [from = 1, to = from] = [pagesOf(first, last)[0], pagesOf(first, last).at(-1)]
  const numbers = useMemo(() => Array.from({ length: to - from + 1 }, (_, index) => from + index), [from, to])
  const pages = useQueries({ queries: numbers.map((number) => asked(api, query, number)), combine: contents })
  return useMemo(() => rowsOf(new Map(numbers.flatMap((number, index) => {
    const page = pages[index]
    return page === undefined ? [] : [[number, page] as const]
  }))), [numbers, pages])
}

function contents(found: UseQueryResult<Page>[]): (Page | undefined)[] {
  return found.map(({ data }) => data)
}

/** What the socket says is put into the rows at once; the lists are fetched again a moment later. */
export function useNews(): void {
  const live = useLive()
  const me = useMe()
  const cache = useQueryClient()
  useEffect(() => live.listen((frame) => {
    if (!('ticket' in frame)) return
    cache.setQueriesData<Page>({ queryKey: [...keys.lists, 'tickets'] }, (page) => (page === undefined ? page : pageAfter(page, frame, me.id)))
  }), [live, cache, me.id])
}

/** The server tells what happens in these tickets as long as they are on screen; what it told before that, the lists are fetched again for. */
export function useWatching(tickets: readonly string[]): void {
  const live = useLive()
  const cache = useQueryClient()
  const ready = useWatched(live.state).name === 'ready'
  const shown = [...tickets].sort().slice(0, MOST_WATCHED).join(' ')
  useEffect(() => {
    if (!ready) return
    const watch = async () => {
      const answer = await live.line.command({ type: 'watch-tickets', tickets: shown === '' ? [] : shown.split(' ') })
      if (answer.type !== 'watching') return
      const pages = cache.getQueriesData<Page>({ queryKey: [...keys.lists, 'tickets'], type: 'active' })
      if (pages.some(([, page]) => page?.data.some((row) => (answer.heads[row.id] ?? 0) > row.head) === true)) {
        await cache.invalidateQueries({ queryKey: keys.lists })
      }
    }
    const settling = setTimeout(() => { watch().catch(() => undefined) }, SETTLED) // lost with the line: the next one says it again
    return () => { clearTimeout(settling) }
  }, [live, cache, ready, shown])
  useEffect(() => () => { live.line.sign({ type: 'watch-tickets', tickets: [] }) }, [live])
}

/** Who types in a ticket, and who looks at it. */
export function useCompany(ticket: string): Company {
  const { presence } = useLive()
  return useSyncExternalStore((changed) => presence.watch(ticket, changed), () => presence.of(ticket))
}

/** The reader's drafts by ticket, a reply before a note. */
export function useDrafts(): Drafts {
  const api = useApi()
  const live = useLive()
  const cache = useQueryClient()
  const found = useQuery({ queryKey: keys.drafts, queryFn: () => data(api.GET('/api/v1/drafts/')) }).data
  useEffect(() => live.listen((frame) => {
    if (frame.type !== 'draft-changed') return
    const { ticket, internal, text, saved_at } = frame
    cache.setQueryData<Draft[]>(keys.drafts, (before) => {
      const others = before?.filter((draft) => draft.ticket !== ticket || draft.internal !== internal)
      return others === undefined || saved_at === null ? others : [{ ticket, internal, text, saved_at }, ...others]
    })
  }), [live, cache])
  return useMemo(() => (found === undefined ? NO_DRAFTS
    : new Map([...found].sort((one, other) => Number(other.internal) - Number(one.internal)).map((draft) => [draft.ticket, draft]))), [found])
}
