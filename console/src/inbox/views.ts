/** The lists of tickets that are offered on the left, as questions to the API, and how each can be narrowed and ordered. */
import type { components, paths } from '../api/schema'

export type ListQuery = NonNullable<paths['/api/v1/tickets/']['get']['parameters']['query']>
export type Counts = components['schemas']['ViewCounts']
export type Counted = components['schemas']['Counted']

export const FIXED = ['mine', 'unassigned', 'open', 'pending', 'breached'] as const
export const OVER = ['resolved', 'closed'] as const
export type Fixed = (typeof FIXED)[number] | (typeof OVER)[number]
/** A view by its name: a fixed one, `skill:<id>` or `tag:<name>`. */
export type View = Fixed | `skill:${string}` | `tag:${string}`

const QUESTIONS: Record<Fixed, ListQuery> = {
  mine: { assignee: 'me', status: 'open' },
  unassigned: { status: 'queued' },
  open: { status: 'open' },
  pending: { status: 'pending' },
  breached: { sla: 'breached' },
  resolved: { status: 'resolved' },
  closed: { status: 'closed' },
}

export const ORDERS = { activity: '-last_entry_at', changed: '-updated_at', waiting: 'created_at', deadline: 'sla_due_at', priority: '-priority', newest: '-created_at' } as const
export type Order = keyof typeof ORDERS

/** What narrows a view down further. */
export type Filters = Pick<ListQuery, 'status' | 'priority' | 'assignee' | 'sla' | 'category' | 'skill' | 'tag'>
export const FILTERS = ['status', 'priority', 'assignee', 'sla', 'category', 'skill', 'tag'] as const satisfies readonly (keyof Filters)[]

export function questionOf(view: View): ListQuery {
  if (isFixed(view)) return QUESTIONS[view]
  const [kind, value] = partsOf(view)
  return kind === 'skill' ? { skill: value, status: 'open' } : { tag: value, status: 'open' }
}

/** What the list of a view is asked for: filters narrow down what the view leaves open, and nothing else. */
export function listQuery(view: View, order: Order, filters: Filters): ListQuery {
  const possible = filtersOf(view)
  const narrowed = Object.fromEntries(FILTERS.flatMap((name) => (possible.includes(name) && filters[name] !== undefined ? [[name, filters[name]]] : [])))
  return { ...questionOf(view), ...narrowed, ordering: ORDERS[orderOf(view, order)], last: true }
}

/** In which orders a view can stand. What is over has no deadline and nobody waits for it. */
export function ordersOf(view: View): readonly Order[] {
  return view === 'resolved' || view === 'closed' ? ['changed', 'priority', 'newest'] : ['activity', 'waiting', 'deadline', 'priority', 'newest']
}

/** The order in which it stands: the chosen one, where the view has it. */
export function orderOf(view: View, chosen: Order): Order {
  const [usual = 'activity', ...others] = ordersOf(view)
  return others.find((order) => order === chosen) ?? usual
}

/** The filters that a view leaves open. */
export function filtersOf(view: View): readonly (keyof Filters)[] {
  const fixed = questionOf(view)
  return FILTERS.filter((name) => !(name in fixed) || (name === 'status' && fixed.status === 'open'))
}

export function isFixed(view: string): view is Fixed {
  return Object.hasOwn(QUESTIONS, view)
}

export function isView(text: unknown): text is View {
  return typeof text === 'string' && (isFixed(text) || /^(skill|tag):./u.test(text))
}

export function partsOf(view: View): [kind: string, value: string] {
  const at = view.indexOf(':')
  return [view.slice(0, at), view.slice(at + 1)]
}

/** How many tickets a view has; undefined where nobody counts them. */
export function countOf(view: View, counts: Counts | undefined): Counted | undefined {
  if (counts === undefined) return undefined
  if (isFixed(view)) return view === 'resolved' || view === 'closed' ? undefined : counts[view]
  const [kind, value] = partsOf(view)
  return kind === 'skill' ? counts.skills.find((skill) => skill.id === value) : counts.tags.find((tag) => tag.name === value)
}

export function written(counted: Counted, language: string): string {
  const many = new Intl.NumberFormat(language).format(counted.count)
  return counted.count_exact ? many : `${many}+`
}
