/** The lists of tickets that are offered on the left, as questions to the API. */
import type { paths } from '../api/schema'

export type ListQuery = NonNullable<paths['/api/v1/tickets/']['get']['parameters']['query']>
export type ViewName = 'mine' | 'unassigned' | 'open' | 'pending' | 'breached' | 'closed'

export const VIEWS: Record<ViewName, ListQuery> = {
  mine: { assignee: 'me' },
  unassigned: { assignee: 'none' },
  open: {},
  pending: { status: 'pending' },
  breached: { sla: 'breached' },
  closed: { status: 'closed' },
}

export const ORDERS = { activity: '-updated_at', waiting: 'created_at', priority: '-priority', newest: '-created_at' } as const
export type Order = keyof typeof ORDERS
