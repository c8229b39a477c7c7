/** How one stands oneself, as an agent who gets tickets. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { complain } from '../ui/Toasts'
import { useApi, useMay } from './session'

export type Agent = components['schemas']['Agent']
export type Availability = Agent['availability']
export const AVAILABILITIES: readonly Availability[] = ['available', 'busy', 'away', 'offline']

/** Undefined for whoever gets no tickets, and until it is known. */
export function useOwn(): Agent | undefined {
  const serves = useMay('accounts.serve_customers')
  const api = useApi()
  const own = useQuery({ queryKey: keys.own, queryFn: () => data(api.GET('/api/v1/agents/me/')), enabled: serves }).data
  return serves ? own : undefined
}

/** What one is about to be, and how to become it; taken back, with the reason, where the server refuses. */
export function useBecoming(): { becoming: Availability | undefined; become: (availability: Availability) => void } {
  const { t } = useTranslation()
  const api = useApi()
  const cache = useQueryClient()
  const changing = useMutation({
    mutationFn: (availability: Availability) => data(api.PATCH('/api/v1/agents/me/', { body: { availability } })),
    onSuccess: (own) => { cache.setQueryData(keys.own, own) },
    onError: (error) => { complain(t('own.failed', { why: error.message === '' ? t('error.unreachable') : error.message })) },
    onSettled: () => cache.invalidateQueries({ queryKey: keys.agents }),
  })
  return { becoming: changing.isPending ? changing.variables : undefined, become: changing.mutate }
}
