import { describe, expect, it } from 'vitest'

import { ServerClock } from '../../src/app/clock'
import { nextDue } from '../../src/inbox/clocks'
import type { components } from '../../src/api/schema'

const NOON = Date.parse('2030-01-01T12:00:00Z')
const HOUR = 3_600_000

function wrong(by: number) {
  const machine = { time: NOON + by }
  return { machine, clock: new ServerClock(() => machine.time) }
}

describe('the server’s clock', () => {
  it.each([0, -9 * HOUR, 400 * 24 * HOUR])('is known on a machine that is wrong by %d ms', (by) => {
    const { machine, clock } = wrong(by)
    clock.heard('2030-01-01T12:00:00.250Z')
    expect(clock.now()).toBe(NOON + 250)
    machine.time += 5_000
    expect(clock.now()).toBe(NOON + 5_250)
  })

  it('is known by the answers of the API too, to the second', () => {
    const { clock } = wrong(3 * HOUR)
    clock.answered('Tue, 01 Jan 2030 12:00:00 GMT')
    expect(Math.abs(clock.now() - NOON)).toBeLessThanOrEqual(500)
  })

  it('is not moved by answers that agree with it, nor by what is no date', () => {
    const { clock } = wrong(0)
    clock.heard('2030-01-01T12:00:00.900Z')
    for (const date of ['Tue, 01 Jan 2030 12:00:00 GMT', 'Tue, 01 Jan 2030 11:59:58 GMT', 'soon', null]) clock.answered(date)
    clock.heard('never')
    expect(clock.now()).toBe(NOON + 900)
  })

  it('is right again after the machine’s was set while it ran', () => {
    const { machine, clock } = wrong(0)
    clock.heard('2030-01-01T12:00:00Z')
    machine.time -= 2 * HOUR
    clock.answered('Tue, 01 Jan 2030 12:00:01 GMT')
    expect(Math.abs(clock.now() - NOON)).toBeLessThan(2_000)
  })

  it('says what is overdue where the machine’s own says otherwise', () => {
    const due = new Date(NOON - 60_000).toISOString()
    const resolution = { target_seconds: 60, calendar: null, started_at: due, warning_at: due, critical_at: due, due_at: due, stopped_at: null, handled: 0 }
    const sla = { policy: 'p', escalation_level: 0, further_levels: [], next_response_promised: false, paused_at: null, pauses: [],
      first_response: null, next_response: null, resolution } satisfies components['schemas']['Sla']
    const { machine, clock } = wrong(-2 * HOUR)
    clock.heard('2030-01-01T12:00:00Z')
    expect(nextDue(sla, clock.now())).toMatchObject({ state: 'breached', left: -60_000 })
    expect(nextDue(sla, machine.time)?.state).toBe('ok')
  })
})
