import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { type Fields, granted, reconciled, together, type Wish } from '../../src/ticket/conflict'
import type { Ticket } from '../../src/ticket/ticket'

const BEN = { id: 'b', name: 'Ben' }
const ANN = { id: 'a', name: 'Ann' }
const seen = {
  id: 't', version: 3, subject: 'Card refused', status: 'assigned', priority: 'normal', category: { slug: 'cards', name: 'Cards' },
  tags: ['steam'], assignee: ANN, skill: null,
} as unknown as Ticket
const change = (fields: Fields): Wish => ({ kind: 'change', fields })
const now = (changes: Partial<Ticket>): Ticket => ({ ...seen, version: 4, ...changes })

describe('a wish for a ticket that somebody else changed', () => {
  it('stands where they changed something else', () => {
    const wish = change({ priority: 'high' })
    expect(reconciled(seen, wish, now({ subject: 'Other' }))).toEqual({ wish, differences: [] })
    expect(reconciled(seen, { kind: 'status', status: 'resolved' }, now({ priority: 'high' }))).toEqual({
      wish: { kind: 'status', status: 'resolved' }, differences: [] })
  })

  it('is settled where they did the same', () => {
    expect(reconciled(seen, change({ priority: 'high' }), now({ priority: 'high' }))).toEqual({ wish: null, differences: [] })
    expect(reconciled(seen, { kind: 'status', status: 'pending' }, now({ status: 'pending' }))).toEqual({ wish: null, differences: [] })
    expect(reconciled(seen, { kind: 'release' }, now({ assignee: null, status: 'queued' }))).toEqual({ wish: null, differences: [] })
  })

  it('has to be chosen where both changed the same, with both versions', () => {
    const wish = change({ subject: 'Steam card refused', priority: 'high' })
    expect(reconciled(seen, wish, now({ subject: 'Refused by shop' }))).toEqual({
      wish, differences: [{ field: 'subject', before: 'Card refused', mine: 'Steam card refused', theirs: 'Refused by shop' }] })
    const given: Wish = { kind: 'reassign', agent: BEN }
    const cleo = { id: 'c', name: 'Cleo' }
    expect(reconciled(seen, given, now({ assignee: cleo }))).toEqual({
      wish: given, differences: [{ field: 'assignee', before: ANN, mine: BEN, theirs: cleo }] })
  })

  it('keeps of several fields those that are still wanted', () => {
    const wish = change({ priority: 'high', subject: 'New' })
    expect(reconciled(seen, wish, now({ priority: 'high' })).wish).toEqual(change({ subject: 'New' }))
  })

  it('knows a category by its slug, and none from one', () => {
    const wish = change({ category: null })
    const renamed = now({ category: { slug: 'cards', name: 'Gift cards' } })
    expect(reconciled(seen, wish, renamed)).toEqual({ wish, differences: [] })
    expect(reconciled(seen, wish, now({ category: { slug: 'payout', name: 'Payout' } })).differences).toHaveLength(1)
  })

  it('does not take a transfer for done because somebody gave the ticket back', () => {
    const wish: Wish = { kind: 'transfer', skill: { id: 's', name: 'Payouts' }, note: '' }
    expect(reconciled(seen, wish, now({ assignee: null })).wish).toEqual(wish)
  })
})

describe('tags of both sides', () => {
  it('go together', () => {
    expect(together(['steam'], ['steam', 'refund'], ['steam', 'vip'])).toEqual(['refund', 'steam', 'vip'])
    expect(together(['steam', 'old'], ['steam'], ['steam', 'old', 'vip'])).toEqual(['steam', 'vip'])
    expect(reconciled(seen, change({ tags: ['steam', 'refund'] }), now({ tags: ['vip'] }))).toEqual({
      wish: change({ tags: ['refund', 'vip'] }), differences: [] })
    expect(reconciled(seen, change({ tags: [] }), now({ tags: ['steam'] })).wish).toEqual(change({ tags: [] }))
  })

  it('lose nothing that one added and keep nothing that one removed', () => {
    const tags = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e'))
    fc.assert(fc.property(tags, tags, tags, (before, mine, theirs) => {
      const both = together(before, mine, theirs)
      for (const tag of ['a', 'b', 'c', 'd', 'e']) {
        const [was, here, there] = [before.includes(tag), mine.includes(tag), theirs.includes(tag)]
        expect(both.includes(tag)).toBe(was ? here && there : here || there)
      }
    }))
  })
})

describe('until the server answers', () => {
  it('the ticket is shown as it will be', () => {
    expect(granted(seen, change({ tags: ['x'], priority: 'low' }))).toMatchObject({ tags: ['x'], priority: 'low', subject: 'Card refused' })
    expect(granted(seen, { kind: 'take', by: BEN })).toMatchObject({ status: 'assigned', assignee: BEN })
    expect(granted(seen, { kind: 'transfer', skill: null, note: '' })).toMatchObject({ status: 'queued', assignee: null, skill: null })
  })
})
