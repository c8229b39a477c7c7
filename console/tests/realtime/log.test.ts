import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { Log } from '../../src/realtime/log'
import { message, messages } from './entries'

const numbers = (log: Log) => log.entries.map((entry) => entry.seq)

describe('a log of entries', () => {
  it('applies the next, drops the known, holds the early', () => {
    const log = new Log()
    expect([log.take(message(1)), log.take(message(3)), log.take(message(1))]).toEqual(['applied', 'held', 'dropped'])
    expect([numbers(log), log.incomplete]).toEqual([[1], true])
    expect(log.take(message(2))).toBe('applied')
    expect([numbers(log), log.incomplete]).toEqual([[1, 2, 3], false])
  })

  it('is complete and in order, however entries come: late, doubled and in any order, from above or below', () => {
    const arrivals = fc.record({
      before: fc.integer({ min: 0, max: 8 }),
      several: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 40 }),
      pages: fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 })), { maxLength: 5 }),
    })
    fc.assert(fc.property(arrivals, ({ before, several, pages }) => {
      const log = new Log(before)
      for (const seq of several) log.take(message(seq))
      for (const [first, length] of pages) log.prepend(messages(first, first + length - 1))
      const held = numbers(log)
      expect(held).toEqual(messages(log.before + 1, log.last).map((entry) => entry.seq)) // no hole, no double
      expect(log.incomplete).toBe(several.some((seq) => seq > log.last))
      log.takeAll(messages(1, 12))
      expect([log.last, log.incomplete]).toEqual([Math.max(12, before), false])
    }))
  })

  it('loads upward only what joins', () => {
    const log = new Log(10)
    log.take(message(11))
    log.prepend(messages(3, 6)) // a hole
    expect(numbers(log)).toEqual([11])
    log.prepend(messages(7, 11))
    expect([numbers(log), log.before]).toEqual([[7, 8, 9, 10, 11], 6])
  })

  it('hears of a head without the entry', () => {
    const log = new Log(4)
    log.hearOf(5)
    expect(log.incomplete).toBe(true)
    log.take(message(5))
    expect(log.incomplete).toBe(false)
  })

  it('makes another list of entries with each change, and only then', () => {
    const log = new Log()
    log.take(message(1))
    const before = log.entries
    log.take(message(1))
    log.take(message(3))
    expect(log.entries).toBe(before)
    log.take(message(2))
    expect(log.entries).not.toBe(before)
  })
})
