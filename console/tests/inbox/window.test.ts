import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { rangeOf, scrolledTo } from '../../src/inbox/useWindow'

describe('the window on a list', () => {
  it('draws what is seen and some rows around it', () => {
    expect(rangeOf({ count: 100, row: 10, around: 2 }, 205, 50)).toEqual({ first: 18, last: 27 })
    expect(rangeOf({ count: 100, row: 10, around: 2 }, 0, 50)).toEqual({ first: 0, last: 6 })
    expect(rangeOf({ count: 100, row: 10, around: 2 }, 950, 50)).toEqual({ first: 93, last: 99 })
    expect(rangeOf({ count: 3, row: 10, around: 2 }, 0, 500)).toEqual({ first: 0, last: 2 })
  })

  it('draws nothing of what is empty', () => {
    expect(rangeOf({ count: 0, row: 10, around: 2 }, 0, 50)).toEqual({ first: 0, last: -1 })
  })

  it('scrolls as far as a row is seen, and not where it is', () => {
    expect([scrolledTo(3, 10, 0, 50), scrolledTo(5, 10, 0, 50), scrolledTo(2, 10, 100, 50), scrolledTo(0, 10, 100, 50)]).toEqual([0, 10, 20, 0])
  })

  it('holds a row that one scrolled to, wherever one was', () => {
    fc.assert(fc.property(fc.nat(999), fc.nat(9_000), fc.integer({ min: 10, max: 900 }), (place, top, height) => {
      const { first, last } = rangeOf({ count: 1_000, row: 10, around: 0 }, scrolledTo(place, 10, top, height), height)
      expect(first <= place && place <= last).toBe(true)
    }))
  })
})
