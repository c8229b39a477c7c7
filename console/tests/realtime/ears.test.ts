import { beforeEach, describe, expect, it, vi } from 'vitest'

import { Ears } from '../../src/realtime/ears'
import type { Entry, Frame } from '../../src/realtime/frames'
import { Line } from '../../src/realtime/line'
import { message, messages } from './entries'
import { FakeSocket, latest } from './server'

const MINE = '22222222-2222-4222-8222-222222222222'
const OTHER = '33333333-3333-4333-8333-333333333333'

function listening(open: (ticket: string) => boolean = () => false) {
  const told: number[] = []
  const line = new Line({ open: () => new FakeSocket() as unknown as WebSocket, ticket: () => Promise.resolve('') }, {
    begun: (_, forget) => { ears.begun(forget) }, heard: (frame: Frame) => { ears.heard(frame) }, changed: () => undefined,
  })
  const ears: Ears = new Ears(line, (_, entry) => told.push(entry.seq), open)
  line.start()
  latest().ready()
  return { ears, told }
}

function answerJoin(from: number, to: number, head = to, ticket = MINE): void {
  const join = latest().commands('join-ticket-room').at(-1)
  latest().answer(join, { type: 'batch', ticket, from, to, head, more: head > to, entries: messages(from, to), reads: [] })
}

function say(seq: number, ticket = MINE): void {
  latest().say({ type: 'entry', ticket, seq, entry: message(seq) as Entry })
}

beforeEach(() => {
  FakeSocket.all.length = 0
})

describe('ears', () => {
  it('join where they left off, and tell what comes once', async () => {
    const { ears, told } = listening()
    ears.set([{ id: MINE, head: 4 }])
    expect(latest().commands('join-ticket-room')).toMatchObject([{ ticket: MINE, after: 4 }])
    answerJoin(5, 4)
    await settle()
    say(5)
    say(5)
    say(4)
    say(1, OTHER)
    expect(told).toEqual([5])
  })

  it('ask for what they missed, also where only the head tells of it', async () => {
    const { ears, told } = listening()
    ears.set([{ id: MINE, head: 4 }])
    answerJoin(5, 4)
    await settle()
    say(7)
    answerJoin(5, 7)
    await settle()
    latest().say({ type: 'ping', n: 1, heads: { [MINE]: 8 } })
    answerJoin(8, 8)
    await settle()
    expect(told).toEqual([5, 6, 7, 8])
  })

  it('tell after a reconnect what was said meanwhile', async () => {
    vi.useFakeTimers()
    const { ears, told } = listening()
    ears.set([{ id: MINE, head: 4 }])
    answerJoin(5, 4)
    latest().close(1006)
    await vi.advanceTimersByTimeAsync(1000)
    latest().ready()
    answerJoin(5, 6)
    await vi.advanceTimersByTimeAsync(0)
    expect(told).toEqual([5, 6])
    vi.useRealTimers()
  })

  it('tell nothing old after the database had another life', async () => {
    const { ears, told } = listening()
    ears.set([{ id: MINE, head: 40 }])
    answerJoin(41, 40)
    await settle()
    ears.begun(true)
    answerJoin(1, 9)
    await settle()
    answerJoin(10, 9)
    await settle()
    say(10)
    expect(told).toEqual([10])
  })

  it('leave what is not theirs any more, unless somebody looks at it', async () => {
    const { ears } = listening((ticket) => ticket === OTHER)
    ears.set([{ id: MINE, head: 1 }, { id: OTHER, head: 1 }])
    ears.set([])
    await settle()
    expect(latest().commands('leave-ticket-room').map(({ ticket }) => ticket)).toEqual([MINE])
    expect(ears.has(MINE)).toBe(false)
  })
})

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve))
}
