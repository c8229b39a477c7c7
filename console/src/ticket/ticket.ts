/** One ticket, as the API shows it to whoever is signed in. */
import { queryOptions, useQuery } from '@tanstack/react-query'

import { type Api, data } from '../api/client'
import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { useApi } from '../app/session'

export type Ticket = components['schemas']['TicketDetail']
export type Status = Ticket['status']
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const
export type Priority = (typeof PRIORITIES)[number]

export function ticketQuery(api: Api, ticket: string) {
  return queryOptions({
    queryKey: keys.ticket(ticket),
    queryFn: () => data(api.GET('/api/v1/tickets/{ticket}/', { params: { path: { ticket } } })),
  })
}

export function useTicket(ticket: string) {
  return useQuery(ticketQuery(useApi(), ticket))
}

/** What is shown beside a ticket, and is as old as the ticket when that changes. */
export const beside = {
  history: (ticket: string) => [...keys.ticket(ticket), 'history'],
  answers: (ticket: string) => [...keys.ticket(ticket), 'answers'],
  customer: (customer: string) => [...keys.lists, 'customer', customer],
  earlier: (customer: string) => [...keys.lists, 'of customer', customer],
} as const
