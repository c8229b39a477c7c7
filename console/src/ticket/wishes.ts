/** Doing what one wishes with a ticket: shown at once, taken back where it is refused, and asked about where others changed the same. */
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { type Api, data } from '../api/client'
import { ApiError } from '../api/errors'
import { keys } from '../api/keys'
import { useApi } from '../app/session'
import { type Difference, type Fields, granted, reconciled, type Wish } from './conflict'
import type { Priority, Ticket } from './ticket'

/** Both sides changed the same: one has to choose. */
export interface Clash {
  readonly wish: Wish
  readonly now: Ticket
  readonly differences: readonly Difference[]
}

export interface Refusal {
  readonly wish: Wish
  readonly error: ApiError
}

interface Asked {
  readonly seen: Ticket
  readonly wish: Wish
  readonly then?: ((answer: Answer) => void) | undefined
  readonly refused?: ((refusal: Refusal) => void) | undefined
}

/** The ticket as it is now; of a transfer also why it waits. */
export type Answer = Ticket & { readonly reason_text?: string }

export interface Wishes {
  readonly pending: Wish | null
  readonly clash: Clash | null
  readonly refusal: Refusal | null
  /** `refused` hears of a refusal instead of this panel, where one goes elsewhere meanwhile. */
  readonly wish: (seen: Ticket, wish: Wish, after?: Pick<Asked, 'then' | 'refused'>) => void
  readonly settle: (mine: boolean) => void
  readonly dismiss: () => void
}

export function useWishes(id: string): Wishes {
  const api = useApi()
  const cache = useQueryClient()
  const [clash, setClash] = useState<Clash | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const granting = useMutation<Answer, unknown, Asked>({
    scope: { id: `ticket ${id}` }, // one after the other, so that each is about what the one before made of it
    mutationFn: ({ seen, wish }) => send(api, seen, wish),
    onMutate: async ({ wish }) => {
      setRefusal(null)
      await cache.cancelQueries({ queryKey: keys.ticket(id), exact: true })
      cache.setQueryData<Ticket>(keys.ticket(id), (now) => now && granted(now, wish))
    },
    onSuccess: (answer, { then }) => {
      cache.setQueryData<Ticket>(keys.ticket(id), answer)
      refresh(cache, id)
      then?.(answer)
    },
    onError: (error, asked) => {
      const { seen, wish, refused } = asked
      if (!(error instanceof ApiError)) throw error
      const now = error.code === 'stale' ? (error.body.current as Ticket) : null
      if (now === null) {
        void cache.invalidateQueries({ queryKey: keys.ticket(id) });
        (refused ?? setRefusal)({ wish, error })
        return
      }
      cache.setQueryData<Ticket>(keys.ticket(id), now)
      const outcome = reconciled(seen, wish, now)
      if (outcome.wish === null) return
      if (outcome.differences.length > 0) setClash({ wish: outcome.wish, now, differences: outcome.differences })
      else granting.mutate({ ...asked, seen: now, wish: outcome.wish })
    },
  })
  return {
    pending: granting.isPending ? granting.variables.wish : null,
    clash, refusal,
    wish: (seen, wish, after = {}) => { granting.mutate({ seen, wish, ...after }) },
    settle: (mine) => {
      setClash(null)
      if (mine && clash !== null) granting.mutate({ seen: clash.now, wish: clash.wish })
    },
    dismiss: () => { setRefusal(null) },
  }
}

function refresh(cache: QueryClient, id: string): void {
  void cache.invalidateQueries({ queryKey: [...keys.ticket(id), 'history'] })
  void cache.invalidateQueries({ queryKey: keys.lists })
  void cache.invalidateQueries({ queryKey: keys.agents })
}

async function send(api: Api, { id, version }: Ticket, wish: Wish): Promise<Answer> {
  const params = { path: { ticket: id } }
  switch (wish.kind) {
    case 'change':
      return data(api.PATCH('/api/v1/tickets/{ticket}/', { params, body: { version, ...changes(wish.fields) } }))
    case 'status':
      return data(api.POST('/api/v1/tickets/{ticket}/status/', { params, body: { version, status: wish.status } }))
    case 'take':
      return data(api.POST('/api/v1/tickets/{ticket}/take/', { params, body: { version } }))
    case 'release':
      return data(api.POST('/api/v1/tickets/{ticket}/release/', { params, body: { version } }))
    case 'reassign':
      return data(api.POST('/api/v1/tickets/{ticket}/reassign/', { params, body: { version, agent: wish.agent.id } }))
    case 'transfer':
      return data(api.POST('/api/v1/tickets/{ticket}/transfer/', { params, body: { version, skill: wish.skill?.id ?? null, note: wish.note } }))
  }
}

function changes({ subject, priority, category, tags }: Fields) {
  return {
    ...(subject === undefined ? {} : { subject }), ...(priority === undefined ? {} : { priority: priority as Priority }),
    ...(category === undefined ? {} : { category: category === null ? null : category.slug }), ...(tags === undefined ? {} : { tags: [...tags] }),
  }
}
