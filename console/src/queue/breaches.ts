/** What is overdue, newest first: what the server lists, and which of it was told a moment ago. */
import type { components } from '../api/schema'
import { type ClockName, standings } from '../inbox/clocks'

type Ticket = components['schemas']['TicketRow']

export interface Breach {
  readonly ticket: Ticket
  readonly clock: ClockName
  /** Milliseconds since it was due. */
  readonly over: number
  readonly level: number
  /** It was told of a moment ago: that a clock ran out, or that what is overdue for long escalated once more. */
  readonly fresh: boolean
  /** It ran out a moment ago. */
  readonly justNow: boolean
}

const FRESH = 90_000 // milliseconds

/** `told`: when this tab heard of a ticket's breach. Of several clocks of a ticket the one that ran out last. */
export function breaches(tickets: readonly Ticket[], told: ReadonlyMap<string, number>, now: number): readonly Breach[] {
  return tickets.flatMap((ticket) => {
    const late = standings(ticket.sla, now).filter(({ state }) => state === 'breached')
    const last = late.reduce<(typeof late)[number] | null>((newest, clock) => (newest === null || clock.left > newest.left ? clock : newest), null)
    if (last === null) return []
    const heard = told.get(ticket.id)
    const fresh = heard !== undefined && now - heard < FRESH
    return [{ ticket, clock: last.name, over: -last.left, level: ticket.sla?.escalation_level ?? 0, fresh, justNow: fresh && -last.left < FRESH }]
  }).sort((one, other) => Number(other.fresh) - Number(one.fresh) || one.over - other.over)
}
