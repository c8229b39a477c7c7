import { describe, expect, it } from 'vitest'

import { arranged, moved, SECTIONS, toggled } from '../../src/ticket/arrangement'

describe('the sections of the panel', () => {
  it('stand as they were left, with what is new at the end and without what is gone', () => {
    const found = arranged({ order: ['timeline', 'gone', 'ticket', 'timeline'], folded: ['customer', 'gone'] })
    expect(found.order.slice(0, 2)).toEqual(['timeline', 'ticket'])
    expect([...found.order].sort()).toEqual([...SECTIONS].sort())
    expect(found.folded).toEqual(['customer'])
  })

  it.each([null, 7, 'x', [], { order: 'x' }, { folded: {} }])('stand as at first where what was kept is %j', (kept) => {
    expect(arranged(kept).order).toEqual(SECTIONS)
  })

  it('move to the place of another', () => {
    expect(moved(['ticket', 'customer', 'timeline'], 'timeline', 'ticket')).toEqual(['timeline', 'ticket', 'customer'])
    expect(moved(['ticket', 'customer', 'timeline'], 'ticket', 'timeline')).toEqual(['customer', 'timeline', 'ticket'])
    expect(moved(['ticket', 'customer'], 'ticket', 'timeline')).toEqual(['ticket', 'customer'])
  })

  it('fold and unfold', () => {
    expect(toggled(toggled([], 'ticket'), 'customer')).toEqual(['ticket', 'customer'])
    expect(toggled(['ticket', 'customer'], 'ticket')).toEqual(['customer'])
  })
})
