/** What happened to a ticket, as people read it. */
import { type Api, data } from '../api/client'
import type { components } from '../api/schema'
import type { EntryOf } from '../realtime/frames'

export type Happening = EntryOf<'assignment'> | EntryOf<'status'> | EntryOf<'change'>
export const KINDS = ['status', 'assignment', 'change', 'sla'] as const
export type Kind = (typeof KINDS)[number]

export interface Happenings {
  readonly entries: readonly Happening[]
  readonly more: boolean
}

/** Those before an entry's number, or the last ones; the newest first. */
export async function happenings(api: Api, ticket: string, before: number | null): Promise<Happenings> {
  const query = before === null ? {} : { before }
  const page: components['schemas']['HistoryPage'] = await data(api.GET('/api/v1/tickets/{ticket}/history/', { params: { path: { ticket }, query } }))
  return { entries: page.entries.filter(isHappening), more: page.more }
}

function isHappening(entry: components['schemas']['Entry']): entry is Happening {
  return entry.kind === 'assignment' || entry.kind === 'status' || entry.kind === 'change'
}

export function kindOf(entry: Happening): Kind {
  if (entry.kind !== 'change') return entry.kind
  return entry.field === 'escalation' ? 'sla' : entry.field === 'skill' ? 'assignment' : 'change'
}

export interface Escalation {
  readonly level: number
  readonly priority: string
  readonly clock: string
}

/** What an escalation came to, of the values of its entry, which are of no one shape. */
export function escalation(to: unknown): Escalation | null {
  if (typeof to !== 'object' || to === null || !('level' in to) || !('priority' in to) || !('clock' in to)) return null
  return { level: Number(to.level), priority: String(to.priority), clock: String(to.clock) }
}

/** Which tags came and went. */
export function tagsChanged(from: unknown, to: unknown): { added: readonly string[]; removed: readonly string[] } {
  const [before, after] = [texts(from), texts(to)]
  return { added: after.filter((tag) => !before.includes(tag)), removed: before.filter((tag) => !after.includes(tag)) }
}

function texts(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : []
}
