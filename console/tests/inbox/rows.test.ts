import { describe, expect, it } from 'vitest'

import { heard, moved, type Page, pageAfter, pagesOf, type Row, rowsOf } from '../../src/inbox/rows'
import type { Entry, Frame } from '../../src/realtime/frames'

const ME = 'me'
const AT = '2030-01-01T12:00:00Z'

function row(id: string, given: Partial<Row> = {}): Row {
  return {
    id, number: `P-${id}`, subject: id, status: 'assigned', priority: 'normal', category: null, tags: [], channel: 'web',
    customer: { id: 'c', name: 'Ada', email: 'ada@example.com' }, assignee: null, version: 1, created_at: AT, updated_at: AT, queued_at: AT,
    assigned_at: null, first_response_at: null, resolved_at: null, closed_at: null, sla: null, head: 3, unread: 0, last: null, ...given,
  }
}

function page(...ids: string[]): Page {
  return { data: ids.map((id) => row(id)), count: 100, count_exact: true }
}

function entry(seq: number, given: Record<string, unknown> = {}): Frame {
  const said = {
    kind: 'message', id: `e${seq}`, seq, created_at: AT, sender: { id: 'c', name: 'Ada', staff: false }, internal: false, text: 'Hello', client_id: null,
    attachments: [], edited_at: null, deleted_at: null, ...given,
  }
  return { type: 'entry', ticket: 'a', seq, entry: said as Entry }
}

describe('pages', () => {
  it('are those that hold the rows on screen', () => {
    expect(pagesOf(0, 9)).toEqual([1])
    expect(pagesOf(20, 30)).toEqual([1, 2])
    expect(pagesOf(9_990, 12_000)).toEqual([400])
  })

  it('give rows their places, and leave places open whose page is not there', () => {
    const rows = rowsOf(new Map([[3, page('x', 'y')], [1, page('a', 'b')]]))
    expect([...rows].map(([place, { id }]) => [place, id])).toEqual([[0, 'a'], [1, 'b'], [50, 'x'], [51, 'y']])
  })

  it('show a ticket once that moved from one to the other between two answers', () => {
    const rows = rowsOf(new Map([[1, page('a', 'b')], [2, page('b', 'c')]]))
    expect([...rows.values()].map(({ id }) => id)).toEqual(['a', 'b', 'c'])
    expect(rows.has(25)).toBe(false)
  })
})

describe('what one looks at', () => {
  it('moved by as many rows as came above it', () => {
    const rows = rowsOf(new Map([[1, page('new', 'newer', 'a', 'b')]]))
    expect(moved({ id: 'a', place: 0 }, rows)).toBe(2)
    expect(moved({ id: 'b', place: 5 }, rows)).toBe(-2)
    expect(moved({ id: 'gone', place: 4 }, rows)).toBe(0)
    expect(moved(null, rows)).toBe(0)
  })
})

describe('a row that hears of its ticket', () => {
  it('has what was said last, and one more unread', () => {
    const after = heard(row('a', { unread: 1 }), entry(4, { text: 'x'.repeat(500), internal: false }), ME)
    expect(after).toMatchObject({ head: 4, unread: 2, last: { seq: 4, sender: 'Ada', staff: false, internal: false, deleted: false } })
    expect(after.last?.text).toHaveLength(160)
  })

  it('has nothing unread of its reader’s own words', () => {
    expect(heard(row('a'), entry(4, { sender: { id: ME, name: 'Me', staff: true } }), ME)).toMatchObject({ unread: 0, last: { staff: true } })
  })

  it('hears everything once', () => {
    const before = row('a', { head: 4 })
    expect(heard(before, entry(4), ME)).toBe(before)
    expect(heard(before, entry(3), ME)).toBe(before)
  })

  it('shows an edit or deletion of what was said last, and of nothing else', () => {
    const before = heard(row('a'), entry(4), ME)
    expect(heard(before, entry(5, { kind: 'edit', target: 'e4', target_seq: 4, text: 'Better' }), ME).last?.text).toBe('Better')
    expect(heard(before, entry(5, { kind: 'deletion', target: 'e4', target_seq: 4 }), ME).last).toMatchObject({ deleted: true, text: '' })
    expect(heard(before, entry(5, { kind: 'edit', target: 'e1', target_seq: 1, text: 'Better' }), ME).last).toBe(before.last)
  })

  it('is not told in lists what happened by itself', () => {
    const before = heard(row('a'), entry(4), ME)
    expect(heard(before, entry(5, { kind: 'status', from: 'assigned', to: 'pending' }), ME)).toEqual({ ...before, head: 5 })
  })

  it('is read where its reader read it, in whatever tab', () => {
    const before = row('a', { unread: 2, head: 7 })
    const read = (id: string, seq: number): Frame => ({ type: 'read', ticket: 'a', user: { id, name: 'x', staff: true }, seq })
    expect(heard(before, read(ME, 7), ME).unread).toBe(0)
    expect(heard(before, read(ME, 6), ME)).toBe(before)
    expect(heard(before, read('another', 7), ME)).toBe(before)
  })

  it('changes no other row, and no page that does not have it', () => {
    const before = page('a', 'b')
    const after = pageAfter(before, entry(4), ME)
    expect(after.data[0]).not.toBe(before.data[0])
    expect(after.data[1]).toBe(before.data[1])
    const other = page('x')
    expect(pageAfter(other, entry(4), ME)).toBe(other)
    expect(pageAfter(before, { type: 'stale' }, ME)).toBe(before)
  })
})
