/** What the board shows, kept up by the socket's hints. */
import { useQueries, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

import { type Api, data } from '../api/client'
import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { serverClock } from '../app/clock'
import { useApi, useLive } from '../app/session'
import { useShiftChanges } from '../app/shifts'
import { FARTHEST, PAGE } from '../inbox/rows'
import type { Frame, FrameOf } from '../realtime/frames'

export type QueueItem = components['schemas']['QueueItem']

const FIRST: readonly number[] = [1]
const SETTLED = 60 // milliseconds in which a list that scrolls comes to rest
const TOGETHER = 300 // milliseconds: hints that come close together fetch once
const NOBODY: readonly never[] = []
const LOADS = new Set<Frame['type']>(['ticket-assigned', 'ticket-updated', 'queue-updated'])

function queuePage(api: Api, page: number) {
  return {
    queryKey: [...keys.queue, 'board', page],
    queryFn: async () => {
      const { data: found } = await api.GET('/api/v1/queue/', { params: { query: { page } } })
      if (found === undefined) throw new Error('no answer')
      return found
    },
  }
}

/** The queue by places, of which those are fetched that somebody looks at, and the first. */
export function useQueue() {
  const api = useApi()
  const [pages, look] = useLookedAt()
  const first = useQuery(queuePage(api, 1))
  const found = useQueries({ queries: pages.map((page) => queuePage(api, page)), combine: contents })
  const items = useMemo(() => {
    const all = new Map<number, QueueItem>()
    pages.forEach((page, index) => { found[index]?.forEach((item, at) => all.set((page - 1) * PAGE + at, item)) })
    return all
  }, [pages, found])
  const { data: page } = first
  return { first, items, look, count: page?.count ?? 0, exact: page?.count_exact !== false }
}

function contents(found: UseQueryResult<{ data: QueueItem[] }>[]) {
  return found.map(({ data: page }) => page?.data)
}

/** Which pages hold the places that are drawn. `look` at a place until what it returns is called. */
function useLookedAt(): readonly [readonly number[], (place: number) => () => void] {
  const [pages, setPages] = useState<readonly number[]>(FIRST)
  const looks = useRef(new Map<number, number>())
  const due = useRef<ReturnType<typeof setTimeout>>(undefined)
  const look = useCallback((place: number) => {
    const page = Math.min(FARTHEST, Math.floor(place / PAGE) + 1)
    const count = (by: number) => {
      looks.current.set(page, (looks.current.get(page) ?? 0) + by)
      due.current ??= setTimeout(() => {
        due.current = undefined
        const wanted = [...new Set([...FIRST, ...[...looks.current].filter(([, many]) => many > 0).map(([of]) => of)])].sort((one, other) => one - other)
        setPages((before) => (before.join() === wanted.join() ? before : wanted))
      }, SETTLED)
    }
    count(1)
    return () => { count(-1) }
  }, [])
  useEffect(() => () => { clearTimeout(due.current) }, [])
  return [pages, look]
}

export function useAgents() {
  const api = useApi()
  const live = useLive()
  const cache = useQueryClient()
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined
    const end = live.listen((frame) => {
      if (LOADS.has(frame.type)) due ??= setTimeout(() => { due = undefined; void cache.invalidateQueries({ queryKey: keys.agents }) }, TOGETHER)
    })
    return () => { end(); clearTimeout(due) }
  }, [live, cache])
  const asked = useQuery({ queryKey: [...keys.agents, 'all'], queryFn: () => data(api.GET('/api/v1/agents/')) })
  useShiftChanges(asked.data ?? NOBODY)
  return asked
}

export function useSkills() {
  const api = useApi()
  return useQuery({ queryKey: [...keys.agents, 'skills'], queryFn: () => data(api.GET('/api/v1/skills/')) })
}

/** An agent's open tickets; asked for while somebody looks at them. */
export function useHeld(agent: string) {
  const api = useApi()
  return useQuery({
    queryKey: [...keys.lists, 'held', agent],
    queryFn: async () => {
      const lists = await Promise.all((['assigned', 'in_progress', 'pending'] as const).map((status) => (
        data(api.GET('/api/v1/tickets/', { params: { query: { assignee: agent, status, ordering: '-priority' } } })))))
      return lists.flat()
    },
  })
}

/** Overdue tickets, how many there are, and when this tab heard of which. */
export function useBreached(onBreach: (frame: FrameOf<'sla-breach'>) => void) {
  const api = useApi()
  const live = useLive()
  const [told, setTold] = useState<ReadonlyMap<string, number>>(new Map())
  useEffect(() => live.listen((frame) => {
    if (frame.type !== 'sla-breach') return
    setTold((before) => new Map(before).set(frame.ticket, serverClock.now()))
    onBreach(frame)
  }), [live, onBreach])
  const asked = useQuery({
    queryKey: [...keys.lists, 'overdue'],
    queryFn: async () => (await api.GET('/api/v1/tickets/', { params: { query: { sla: 'breached', ordering: '-updated_at' } } })).data,
  })
  return { asked, told }
}
