import { describe, expect, it } from 'vitest'

import { type Counts, countOf, filtersOf, isView, listQuery, orderOf, ordersOf, written } from '../../src/inbox/views'

const one = (count: number, count_exact = true) => ({ count, count_exact })
const COUNTS: Counts = {
  mine: one(3), unassigned: one(10_000, false), open: one(12), pending: one(0), breached: one(1), unread: one(2),
  skills: [{ id: 's1', name: 'Cards', ...one(4) }], tags: [{ name: 'a:b', ...one(5) }],
}

describe('a view', () => {
  it('asks for what it shows, in an order, with what was said last', () => {
    expect(listQuery('mine', 'deadline', {})).toEqual({ assignee: 'me', status: 'open', ordering: 'sla_due_at', last: true })
    expect(listQuery('skill:s1', 'waiting', {})).toEqual({ skill: 's1', status: 'open', ordering: 'created_at', last: true })
    expect(listQuery('tag:a:b', 'activity', {})).toEqual({ tag: 'a:b', status: 'open', ordering: '-last_entry_at', last: true })
  })

  it('is narrowed down by filters, and never widened', () => {
    expect(listQuery('mine', 'newest', { assignee: 'none', priority: 'high', status: 'pending' }))
      .toMatchObject({ assignee: 'me', priority: 'high', status: 'pending' })
    expect(listQuery('pending', 'newest', { status: 'queued' })).toMatchObject({ status: 'pending' })
    expect(listQuery('open', 'newest', { category: 'refunds' })).toMatchObject({ status: 'open', category: 'refunds' })
    expect(filtersOf('pending')).not.toContain('status')
    expect(filtersOf('open')).toContain('status')
  })

  it('of what is over has neither deadlines nor anybody who waits', () => {
    expect(listQuery('closed', 'deadline', {}).ordering).toBe('-updated_at')
    expect(listQuery('closed', 'newest', {}).ordering).toBe('-created_at')
    expect([ordersOf('closed').includes('deadline'), orderOf('closed', 'deadline'), orderOf('mine', 'changed'), orderOf('mine', 'deadline')]).toEqual([false, 'changed', 'activity', 'deadline'])
  })

  it('is known by its name', () => {
    expect(['mine', 'skill:x', 'tag:y'].every(isView)).toBe(true)
    expect(['', 'skill:', 'toString', 'other', null, 5].some(isView)).toBe(false)
  })
})

describe('counts', () => {
  it('stand beside their view', () => {
    expect(countOf('mine', COUNTS)?.count).toBe(3)
    expect(countOf('skill:s1', COUNTS)?.count).toBe(4)
    expect(countOf('tag:a:b', COUNTS)?.count).toBe(5)
    expect(countOf('skill:gone', COUNTS)).toBeUndefined()
    expect(countOf('closed', COUNTS)).toBeUndefined()
    expect(countOf('mine', undefined)).toBeUndefined()
  })

  it('say that there are more where they were not counted to the end', () => {
    expect(written(COUNTS.unassigned, 'en')).toBe('10,000+')
    expect(written(COUNTS.mine, 'en')).toBe('3')
  })
})
