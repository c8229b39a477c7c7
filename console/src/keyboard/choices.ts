/** What the palette has to choose from: acts that can be done now, and tickets. */
import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useNavigate } from 'react-router'

import { keys } from '../api/keys'
import type { components } from '../api/schema'
import type { Choice } from './ranking'
import { type Group, registry } from './registry'
import { useOffered } from './useAct'

type Row = components['schemas']['TicketRow']

export interface Chosen extends Choice {
  readonly group: Group | 'tickets'
  readonly key?: string | undefined
  /** Whether it is here again next time, and so worth remembering. */
  readonly lasting: boolean
  readonly run: () => void
}

export function useChoices(question: string): readonly Chosen[] {
  const acts = useOffered()
  const tickets = useTickets(question.trim() !== '')
  return useMemo(() => [
    ...acts.filter((act) => act.possible !== false && act.hidden !== true)
      .map(({ id, text, words, group, key }) => ({ id, text, words, group, key, lasting: true, run: () => { registry.run(id) } })),
    ...tickets,
  ], [acts, tickets])
}

/** Those that the lists have loaded, by number, subject or customer. */
function useTickets(wanted: boolean): readonly Chosen[] {
  const cache = useQueryClient()
  const go = useNavigate()
  return useMemo(() => {
    if (!wanted) return []
    const lists = cache.getQueriesData<{ data: Row[] }>({ queryKey: [...keys.lists, 'tickets'] })
    const rows = new Map(lists.flatMap(([, page]) => page?.data ?? []).map((row) => [row.id, row]))
    return [...rows.values()].map((row) => ({
      id: `ticket:${row.id}`, text: `${row.number} ${row.subject}`, beside: row.customer.name, words: row.customer.email, group: 'tickets' as const,
      lasting: false, run: () => void go(`/tickets/${row.id}`),
    }))
  }, [cache, go, wanted])
}
