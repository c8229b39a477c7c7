/** What the palette has to choose from: acts that can be done now, and tickets. */
import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

import { keys } from '../api/keys'
import type { components } from '../api/schema'
import type { Finding } from './Finder'
import { type Act, type Group, registry } from './registry'
import { useOffered } from './useAct'

type Row = components['schemas']['TicketRow']

export interface Chosen extends Finding {
  /** Whether it is here again next time, and so worth remembering. */
  readonly lasting: boolean
  readonly run: () => void
}

export function useChoices(question: string): readonly Chosen[] {
  const { t } = useTranslation()
  const acts = useOffered()
  const tickets = useTickets(question.trim() !== '')
  return useMemo(() => [
    ...nearestFirst(acts.filter((act) => act.possible !== false && act.hidden !== true))
      .map(({ id, text, words, group, key }) => ({ id, text, words, key, kind: t(`keys.group.${group}`), lasting: true, run: () => { registry.run(id) } })),
    ...tickets,
  ], [acts, tickets, t])
}

const NEAREST: readonly Group[] = ['ticket', 'conversation', 'journey']

/** What can be done with what is open, before the ways to elsewhere. */
export function nearestFirst(acts: readonly Act[]): readonly Act[] {
  const near = NEAREST.flatMap((group) => acts.filter((act) => act.group === group))
  return [...near, ...acts.filter((act) => !near.includes(act))]
}

/** Those that the lists have loaded, by number, subject or customer. */
function useTickets(wanted: boolean): readonly Chosen[] {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const go = useNavigate()
  return useMemo(() => {
    if (!wanted) return []
    const lists = cache.getQueriesData<{ data: Row[] }>({ queryKey: [...keys.lists, 'tickets'] })
    const rows = new Map(lists.flatMap(([, page]) => page?.data ?? []).map((row) => [row.id, row]))
    return [...rows.values()].map((row) => ({
      id: `ticket:${row.id}`, text: `${row.number} ${row.subject}`, beside: row.customer.name, words: row.customer.email, kind: t('keys.group.tickets'),
      lasting: false, run: () => void go(`/tickets/${row.id}`),
    }))
  }, [cache, go, t, wanted])
}
