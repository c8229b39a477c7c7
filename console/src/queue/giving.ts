/** What a manager moves before the server has said yes: shown at once, and taken back with the reason where it says no. */
import type { ApiError } from '../api/errors'
import type { components } from '../api/schema'

type Schemas = components['schemas']
export type Ticket = Schemas['TicketRow']
export type Agent = Schemas['Agent']

/** Ticket to the agent it is on the way to. */
export type Moving = ReadonlyMap<string, string>

export interface Refusal {
  readonly agent: Pick<Agent, 'id' | 'name'>
  readonly code: 'at_capacity' | 'lacks_skill' | 'changed' | 'gone' | 'goneTo' | 'not_an_agent' | 'unreachable' | 'other'
  readonly given: Readonly<Record<string, string>>
  /** What may be pressed then: the same again, or although the agent lacks the skill. */
  readonly act: 'again' | 'giveAnyway' | null
  /** Whether the ticket is still where it was, so that its card can say it. */
  readonly stays: boolean
}

/** Agents with what is on its way to or from them counted. */
export function expected(agents: readonly Agent[], moving: Moving, from: ReadonlyMap<string, string | null>): readonly Agent[] {
  const change = new Map<string, number>()
  const count = (agent: string | null | undefined, by: number) => { if (agent != null) change.set(agent, (change.get(agent) ?? 0) + by) }
  for (const [ticket, agent] of moving) {
    count(agent, 1)
    count(from.get(ticket), -1)
  }
  return agents.map((agent) => (change.get(agent.id) === undefined ? agent : { ...agent, load: agent.load + (change.get(agent.id) ?? 0) }))
}

/** What a refusal means to whoever gave the ticket. */
export function refusalOf(error: ApiError, ticket: Pick<Ticket, 'number' | 'assignee'>, agent: Pick<Agent, 'id' | 'name'>): Refusal {
  const base = { agent, act: null, stays: true } as const
  const named = { who: agent.name, number: ticket.number }
  const { body } = error
  if (error.passes) return { ...base, code: 'unreachable', given: named, act: 'again' }
  if (error.code === 'at_capacity') return { ...base, code: 'at_capacity', given: { ...named, load: String(body.load), capacity: String(body.capacity) }, act: 'again' }
  if (error.code === 'lacks_skill') return { ...base, code: 'lacks_skill', given: { ...named, skill: nameOf(body.skill) }, act: 'giveAnyway' }
  if (error.code === 'not_an_agent') return { ...base, code: 'not_an_agent', given: named }
  if (error.code === 'stale') return ofChange(body.current as Schemas['TicketDetail'], ticket, { ...base, given: named })
  if (error.code === 'move_refused') return { ...base, code: 'gone', given: { ...named, status: String(body.state) }, stays: false }
  if (error.code === 'already_assigned') return { ...base, code: 'goneTo', given: named, stays: false }
  return { ...base, code: 'other', given: { ...named, text: error.message } }
}

function ofChange(now: Schemas['TicketDetail'], before: Pick<Ticket, 'assignee'>, base: Omit<Refusal, 'code'>): Refusal {
  if (now.assignee?.id === before.assignee?.id && (now.status === 'queued') === (before.assignee === null)) return { ...base, code: 'changed', act: 'again' }
  if (now.assignee !== null) return { ...base, code: 'goneTo', given: { ...base.given, who: now.assignee.name }, stays: false }
  return { ...base, code: 'gone', given: { ...base.given, status: now.status }, stays: false }
}

function nameOf(skill: unknown): string {
  return typeof skill === 'object' && skill !== null && 'name' in skill && typeof skill.name === 'string' ? skill.name : ''
}

const RANKS: Record<Agent['availability'], number> = { available: 0, busy: 1, away: 2, offline: 3 }

/** Whoever can take something first; among equals whoever has most room, then by name. */
export function ranked(agents: readonly Agent[], skill: string | null): readonly Agent[] {
  const rank = (agent: Agent) => [
    skill === null || agent.skills.includes(skill) ? 0 : 1, RANKS[agent.availability], agent.on_shift ? 0 : 1, agent.load >= agent.capacity ? 1 : 0,
  ]
  return [...agents].sort((one, other) => {
    const [mine, theirs] = [rank(one), rank(other)]
    const place = mine.findIndex((value, index) => value !== theirs[index])
    return place === -1 ? one.name.localeCompare(other.name) : (mine[place] ?? 0) - (theirs[place] ?? 0)
  })
}

/** Places that the queue can fill now. */
export function freePlaces(agents: readonly Agent[]): number {
  return agents.filter((agent) => agent.availability === 'available' && agent.on_shift)
    .reduce((sum, agent) => sum + Math.max(0, agent.capacity - agent.load), 0)
}
