/** What the board shows, kept up by the socket's hints. */
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { data } from '../api/client'
import { keys } from '../api/keys'
import { serverClock } from '../app/clock'
import { useApi, useLive } from '../app/session'
import { useShiftChanges } from '../app/shifts'
import type { Frame, FrameOf } from '../realtime/frames'

const TOGETHER = 300 // milliseconds: hints that come close together fetch once
const NOBODY: readonly never[] = []
const LOADS = new Set<Frame['type']>(['ticket-assigned', 'ticket-updated', 'queue-updated'])

export function useQueue() {
  const api = useApi()
  return useInfiniteQuery({
    queryKey: [...keys.queue, 'board'],
    initialPageParam: 1,
    queryFn: async ({ pageParam }) => {
      const { data: page } = await api.GET('/api/v1/queue/', { params: { query: { page: pageParam } } })
      if (page === undefined) throw new Error('no answer')
      return page
    },
    getNextPageParam: (page, _, number) => (number < (page.pages ?? 1) ? number + 1 : null),
  })
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
