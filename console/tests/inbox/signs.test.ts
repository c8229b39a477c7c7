import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { NONE, SignBoard } from '../../src/inbox/signs'
import type { Frame } from '../../src/realtime/frames'

const ADA = { id: 'ada', name: 'Ada', staff: true }
const typing = (now: boolean, user = ADA): Frame => ({ type: 'typing', ticket: 't', user, typing: now, internal: false })
const viewing = (now: boolean, user = ADA): Frame => ({ type: 'viewing', ticket: 't', user, viewing: now })
const message: Frame = { type: 'entry', ticket: 't', seq: 1, entry: {
  kind: 'message', id: 'e', seq: 1, created_at: '2030-01-01T12:00:00Z', sender: ADA, internal: false, text: 'x', client_id: null, attachments: [],
  edited_at: null, deleted_at: null } }

describe('signs', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('come, go, and are the same object in between', () => {
    const board = new SignBoard('me')
    let told = 0
    const end = board.watch('t', () => { told += 1 })
    board.heard(viewing(true))
    const first = board.of('t')
    board.heard(viewing(true))
    expect(board.of('t')).toBe(first)
    expect(first.viewing).toEqual([ADA])
    board.heard(viewing(false))
    expect(board.of('t')).toBe(NONE)
    end()
    board.heard(viewing(true))
    expect(told).toBe(2)
  })

  it('of typing fade, and end with the message', () => {
    const board = new SignBoard('me')
    board.heard(typing(true))
    vi.advanceTimersByTime(7_000)
    board.heard(typing(true))
    vi.advanceTimersByTime(7_000)
    expect(board.of('t').typing).toEqual([ADA])
    vi.advanceTimersByTime(2_000)
    expect(board.of('t').typing).toEqual([])
    board.heard(typing(true))
    board.heard(message)
    expect(board.of('t')).toBe(NONE)
  })

  it('are never one’s own, and are forgotten with the line', () => {
    const board = new SignBoard('ada')
    board.heard(typing(true))
    expect(board.of('t')).toBe(NONE)
    board.heard(viewing(true, { id: 'bob', name: 'Bob', staff: true }))
    board.forget()
    expect(board.of('t')).toBe(NONE)
  })
})
