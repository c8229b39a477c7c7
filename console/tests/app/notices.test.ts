import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { numbered } from '../../src/app/notices/badge'
import { Arrivals, claim, type Notice, ofEntry, ofFrame } from '../../src/app/notices/notice'
import { nextChange } from '../../src/app/shifts'
import { soon } from '../../src/app/time'
import type { FrameOf } from '../../src/realtime/frames'
import { ANNA, message } from '../realtime/entries'

const ME = '99999999-9999-4999-8999-999999999999'
const OTHER = '88888888-8888-4888-8888-888888888888'
const TICKET = '77777777-7777-4777-8777-777777777777'
const CUSTOMER = { id: OTHER, name: 'Ada', staff: false }

describe('worth a notice', () => {
  const assigned = (more: Partial<FrameOf<'ticket-assigned'>> = {}): FrameOf<'ticket-assigned'> => (
    { type: 'ticket-assigned', ticket: TICKET, number: 'PAN-7', assignee: { id: ME, name: 'Me' }, previous: null, ...more })

  it('is a ticket that became mine', () => {
    expect(ofFrame(assigned(), ME)).toMatchObject({ kind: 'assigned', ticket: TICKET, about: 'PAN-7' })
    expect(ofFrame(assigned({ previous: OTHER }), ME)).not.toBeNull()
  })

  it('is not one that became somebody else’s, or was mine', () => {
    expect(ofFrame(assigned({ assignee: { id: OTHER, name: 'Other' } }), ME)).toBeNull()
    expect(ofFrame(assigned({ previous: ME }), ME)).toBeNull()
    expect(ofFrame({ type: 'queue-updated' }, ME)).toBeNull()
  })

  it('is what a customer wrote, and nothing of the staff', () => {
    expect(ofEntry(TICKET, message(3, { sender: CUSTOMER }))).toMatchObject({ kind: 'message', ticket: TICKET, about: 'Ada' })
    expect(ofEntry(TICKET, message(3, { sender: ANNA }))).toBeNull()
    expect(ofEntry(TICKET, message(3, { sender: CUSTOMER, internal: true }))).toBeNull()
  })
})

describe('tickets that became mine', () => {
  it('are told together as long as the remark stands, each once', () => {
    const arrivals = new Arrivals()
    const told: number[] = []
    let stands = true
    const come = (ticket: string) => { arrivals.add(ticket, (count) => { told.push(count); return () => stands }) }
    for (const ticket of ['a', 'b', 'b', 'c']) come(ticket)
    stands = false
    come('d')
    expect(told).toEqual([1, 2, 2, 3, 1])
  })
})

describe('of several tabs', () => {
  const notice: Notice = { kind: 'message', key: 'message 1', ticket: TICKET, about: 'Ada' }
  const wait = (milliseconds: number) => new Promise<void>((resolve) => { setTimeout(resolve, milliseconds) })
  /** As the browser's: one holder of a name at a time. */
  function newLocks(): LockManager {
    const held = new Set<string>()
    const request = async (name: string, _: LockOptions, work: (lock: Lock | null) => Promise<void>) => {
      if (held.has(name)) return work(null)
      held.add(name)
      await work({ name, mode: 'exclusive' })
      held.delete(name)
      return undefined
    }
    return { request, query: () => Promise.resolve({}) } as unknown as LockManager
  }

  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it.each([[[false, false, false]], [[false, true, false]], [[true, false, true]]])('one tells, the one that is seen where there is one: %j', async (seen) => {
    const around = { locks: newLocks(), wait }
    const claims = seen.map((each) => claim(notice, each, around))
    await vi.advanceTimersByTimeAsync(5_000)
    const told = await Promise.all(claims)
    expect(told.filter(Boolean)).toHaveLength(1)
    if (seen.includes(true)) expect(seen[told.indexOf(true)]).toBe(true)
    const late = claim(notice, true, around)
    await vi.advanceTimersByTimeAsync(1)
    expect(await late).toBe(false)
  })

  it('each tells where the browser has no locks', async () => {
    expect(await claim(notice, true, { locks: undefined, wait })).toBe(true)
  })

  it('another thing is told again', async () => {
    const around = { locks: newLocks(), wait }
    expect(await claim(notice, true, around)).toBe(true)
    expect(await claim({ ...notice, key: 'message 2' }, true, around)).toBe(true)
  })
})

describe('the title', () => {
  it.each([
    ['Inbox', 0, 'Inbox'], ['Inbox', 3, '(3) Inbox'], ['(3) Inbox', 4, '(4) Inbox'], ['(99+) Inbox', 0, 'Inbox'], ['Inbox', 100, '(99+) Inbox'],
    ['(2026) was a year', 1, '(1) was a year'],
  ])('%s with %d unread', (title, unread, wanted) => {
    expect(numbered(title, unread)).toBe(wanted)
  })
})

describe('when a shift is over', () => {
  const now = Date.parse('2026-03-02T10:00:00')
  it.each([['2026-03-02T18:00:00', '18:00'], ['2026-03-03T09:00:00', 'Tue 09:00'], ['2026-03-09T09:00:00', 'Mon 9 Mar, 9:00']])('%s', (time, text) => {
    expect(soon(time, now, 'en-GB').replace(/\u202f/g, ' ')).toBe(text)
  })
})

describe('the next change of shifts', () => {
  it.each<[string, [string | null, string | null][], number | null]>([
    ['nobody has any', [[null, null]], null],
    ['one ends', [['2030-01-01T18:00:00Z', '2030-01-02T09:00:00Z']], Date.parse('2030-01-01T18:00:00Z')],
    ['one begins before another ends', [['2030-01-01T18:00:00Z', null], [null, '2030-01-01T09:00:00Z']], Date.parse('2030-01-01T09:00:00Z')],
  ])('%s', (_, given, at) => {
    expect(nextChange(given.map(([shift_until, shift_next]) => ({ shift_until, shift_next })))).toBe(at)
  })
})
