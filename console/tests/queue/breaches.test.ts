import { describe, expect, it } from 'vitest'

import type { components } from '../../src/api/schema'
import { breaches } from '../../src/queue/breaches'

type Ticket = components['schemas']['TicketRow']
const NOW = Date.parse('2030-01-02T12:00:00Z')
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString()

function ticket(id: string, due: Partial<Record<'first_response' | 'resolution', number>>, more: object = {}): Ticket {
  const clock = (minutes: number) => ({
    target_seconds: 60, calendar: null, started_at: at(-999), warning_at: at(-999), critical_at: at(-999), due_at: at(minutes), stopped_at: null, handled: 2 })
  return { id, number: id, sla: {
    policy: 'p', escalation_level: 1, further_levels: [], next_response_promised: false, paused_at: null, pauses: [],
    first_response: due.first_response === undefined ? null : clock(due.first_response), next_response: null,
    resolution: due.resolution === undefined ? null : clock(due.resolution), ...more,
  } } as unknown as Ticket
}

describe('what is overdue', () => {
  it('is newest first, of several clocks the one that ran out last', () => {
    const found = breaches([ticket('old', { first_response: -60 }), ticket('both', { first_response: -90, resolution: -5 }), ticket('soon', { resolution: 1 })], new Map(), NOW)
    expect(found.map(({ ticket: { id }, clock, over }) => [id, clock, over / 60_000])).toEqual([['both', 'resolution', 5], ['old', 'first_response', 60]])
  })

  it('has what was told a moment ago on top, for a moment', () => {
    const tickets = [ticket('new', { first_response: -1 }), ticket('again', { first_response: -60 })]
    const ids = (told: number) => breaches(tickets, new Map([['again', told]]), NOW).map(({ ticket: { id }, fresh }) => [id, fresh])
    expect(ids(NOW - 89_000)).toEqual([['again', true], ['new', false]])
    expect(ids(NOW - 90_000)).toEqual([['new', false], ['again', false]])
  })

  it('ran out just now where it did, not where it is told of once more', () => {
    const tickets = [ticket('new', { first_response: -1 }), ticket('old', { first_response: -60 })]
    const told = new Map([['new', NOW - 1_000], ['old', NOW - 1_000]])
    expect(breaches(tickets, told, NOW).map(({ ticket: { id }, fresh, justNow }) => [id, fresh, justNow])).toEqual([['new', true, true], ['old', true, false]])
  })

  it('is not what waits for the customer in time', () => {
    expect(breaches([ticket('paused', { resolution: -5 }, { paused_at: at(-10) })], new Map(), NOW)).toEqual([])
  })
})
