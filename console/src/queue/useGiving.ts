/** Gives tickets to agents: at once on the screen, then by the server, and back with a reason where it refuses. */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { ApiError } from '../api/errors'
import { keys } from '../api/keys'
import { useApi } from '../app/session'
import { complain, say } from '../ui/Toasts'
import { type Agent, type Refusal, refusalOf, type Ticket } from './giving'

export interface Giving {
  readonly moving: ReadonlyMap<string, string>
  readonly refusals: ReadonlyMap<string, Refusal>
  readonly give: (ticket: Ticket, agent: Pick<Agent, 'id' | 'name'>, anyway?: boolean) => void
  readonly dismiss: (ticket: string) => void
}

export function useGiving(): Giving {
  const api = useApi()
  const cache = useQueryClient()
  const tell = useRefusalText()
  const { t } = useTranslation('queue')
  const [moving, setMoving] = useState<ReadonlyMap<string, string>>(new Map())
  const [refusals, setRefusals] = useState<ReadonlyMap<string, Refusal>>(new Map())
  const dismiss = useCallback((ticket: string) => { setRefusals((before) => without(before, ticket)) }, [])

  const give = useCallback((ticket: Ticket, agent: Pick<Agent, 'id' | 'name'>, anyway = false) => {
    const giving = async () => {
      setMoving((before) => new Map(before).set(ticket.id, agent.id))
      setRefusals((before) => without(before, ticket.id))
      const body = { agent: agent.id, version: ticket.version, requires_skill: !anyway }
      try {
        await data(api.POST('/api/v1/tickets/{ticket}/reassign/', { params: { path: { ticket: ticket.id } }, body }))
        say(t('given', { number: ticket.number, who: agent.name }))
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        const refusal = refusalOf(error, ticket, agent)
        if (refusal.stays) setRefusals((before) => new Map(before).set(ticket.id, refusal))
        else complain(tell(refusal))
      } finally {
        await Promise.all([keys.lists, keys.agents, keys.ticket(ticket.id)].map((queryKey) => cache.invalidateQueries({ queryKey })))
        setMoving((before) => without(before, ticket.id))
      }
    }
    void giving()
  }, [api, cache, t, tell])
  return { moving, refusals, give, dismiss }
}

export function useRefusalText(): (refusal: Refusal) => string {
  const { t } = useTranslation('queue')
  const { t: common } = useTranslation()
  return useCallback((refusal: Refusal) => {
    const { code, given } = refusal
    if (code === 'other') return given.text ?? ''
    const status = given.status === undefined ? '' : common(`status.${given.status as 'assigned'}`)
    return t(`refused.${code}`, { who: '', number: '', load: '', capacity: '', skill: '', ...given, status })
  }, [t, common])
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
