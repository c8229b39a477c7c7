import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { Line, type LineState } from '../../src/realtime/line'
import { FakeSocket, latest } from './server'

const AGAIN = [1001, 1006, 1011, 1012, 1013, 4429, 4490, 4491]

interface Told {
  begun: boolean[]
  heard: string[]
  states: LineState['name'][]
}

function started(ticket = () => Promise.resolve('ticket'), user?: string): { line: Line; told: Told } {
  const told: Told = { begun: [], heard: [], states: [] }
  const line = new Line(
    { open: () => new FakeSocket() as unknown as WebSocket, ticket, random: () => 0.5, ...(user === undefined ? {} : { user }) },
    {
      begun: (_, forget) => told.begun.push(forget),
      heard: (frame) => told.heard.push(frame.type),
      changed: (state) => told.states.push(state.name),
    },
  )
  line.start()
  return { line, told }
}

beforeEach(() => {
  vi.useFakeTimers()
  FakeSocket.all.length = 0
})
afterEach(() => {
  vi.useRealTimers()
})

describe('a line', () => {
  it('says what it is doing', () => {
    const { told } = started()
    latest().ready()
    latest().close(1012)
    vi.advanceTimersByTime(251)
    latest().ready()
    expect(told).toMatchObject({ states: ['connecting', 'ready', 'waiting', 'connecting', 'ready'], begun: [false, false] })
  })

  it('ends where the browser is somebody else’s by now, before anything is said in their name', () => {
    const { line, told } = started(undefined, 'anna')
    latest().ready({ user: { id: 'anna', name: 'Anna', staff: true } })
    latest().close(1006)
    vi.advanceTimersByTime(251)
    latest().ready({ user: { id: 'ben', name: 'Ben', staff: true } })
    expect(line.state).toEqual({ name: 'ended', why: 'signed out' })
    expect(told.begun).toEqual([false])
    expect(latest().readyState).toBe(WebSocket.CLOSED)
  })

  it.each(AGAIN)('comes back after %d', (code) => {
    const { line } = started()
    latest().ready()
    latest().close(code)
    vi.advanceTimersByTime(251)
    latest().ready()
    expect([line.state.name, FakeSocket.all.length]).toEqual(['ready', 2])
  })

  it.each([[4403, 'refused'], [4400, 'refused'], [4401, 'signed out']])('does not after %d', (code, why) => {
    const { line } = started()
    latest().close(code)
    vi.advanceTimersByTime(100_000)
    expect([line.state, FakeSocket.all.length]).toEqual([{ name: 'ended', why }, 1])
  })

  it('tries the cookie once more where the socket had its time', () => {
    const { line } = started()
    latest().ready()
    latest().close(4401)
    vi.advanceTimersByTime(251)
    expect(FakeSocket.all.length).toBe(2)
    latest().close(4401)
    expect(line.state).toEqual({ name: 'ended', why: 'signed out' })
  })

  it('waits longer with each try, and no longer than 20 s', () => {
    const { line } = started()
    const pauses = Array.from({ length: 9 }, () => {
      latest().close(1006)
      const state = line.state
      if (state.name !== 'waiting') throw new Error(state.name)
      const pause = state.until - Date.now()
      vi.advanceTimersByTime(pause + 1)
      return pause
    })
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
  })

  it('does not wait where the network is back', () => {
    const { line } = started()
    latest().close(1006)
    line.wake()
    expect([line.state.name, FakeSocket.all.length]).toEqual(['connecting', 2])
  })

  it('is cut where the device has no network, and repeats nothing of its own accord', async () => {
    const { line } = started()
    const socket = latest()
    socket.ready()
    const answer = expect(line.command({ type: 'read', ticket: 't', seq: 1 })).rejects.toMatchObject({ name: 'LineLost' })
    line.lost()
    await answer
    line.lost()
    expect([line.state.name, socket.readyState, FakeSocket.all.length]).toEqual(['waiting', WebSocket.CLOSED, 1])
  })

  it('is cut where nothing comes for two pings and five seconds more', () => {
    const { line } = started()
    const socket = latest()
    socket.ready()
    vi.advanceTimersByTime(54_000)
    socket.say({ type: 'ping', n: 1, heads: {} })
    expect(socket.commands('pong')).toEqual([{ type: 'pong', n: 1 }])
    vi.advanceTimersByTime(54_000)
    expect(line.state.name).toBe('ready')
    vi.advanceTimersByTime(1_001)
    expect([line.state.name, socket.readyState]).toEqual(['waiting', WebSocket.CLOSED])
  })

  it('hears nothing more of a connection that it gave up', () => {
    const { told } = started()
    const old = latest()
    old.ready()
    vi.advanceTimersByTime(56_000)
    vi.advanceTimersByTime(10_000)
    latest().ready()
    old.say({ type: 'stale' })
    expect(told.heard).toEqual([])
  })

  it('says when the database has another life', () => {
    const { told } = started()
    latest().ready()
    latest().close(1012)
    vi.advanceTimersByTime(251)
    latest().ready({ history: 'two' })
    expect(told.begun).toEqual([false, true])
  })

  it('prolongs its time, and does not begin again for that', async () => {
    const { told } = started()
    const socket = latest()
    socket.ready({ expires_at: new Date(Date.now() + 100_000).toISOString() })
    for (let n = 1; n <= 3; n++) {
      await vi.advanceTimersByTimeAsync(20_000)
      socket.say({ type: 'ping', n, heads: {} })
    }
    expect(socket.commands('authenticate')).toEqual([{ type: 'authenticate', token: 'ticket' }])
    socket.ready()
    expect(told.begun).toEqual([false])
  })

  it.each([-3_600_000, 3_600_000])('prolongs it when the server says so, with a clock that is wrong by %d ms', async (wrong) => {
    started()
    const socket = latest()
    const [now, expires] = [0, 600_000].map((later) => new Date(Date.now() - wrong + later).toISOString())
    socket.ready({ now, expires_at: expires })
    for (let n = 1; n <= 27; n++) { // nine minutes
      await vi.advanceTimersByTimeAsync(20_000)
      socket.say({ type: 'ping', n, heads: {} })
    }
    expect(socket.commands('authenticate')).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(20_000)
    expect(socket.commands('authenticate')).toHaveLength(1)
  })

  it('tells an answer, a refusal, and that nothing is known', async () => {
    const { line } = started()
    const socket = latest()
    socket.ready()
    const read = () => line.command({ type: 'read', ticket: 't', seq: 1 })
    const [right, wrong, lost] = [read(), read(), read()]
    const outcomes = Promise.allSettled([right, wrong, lost])
    const [first, second] = socket.commands('read')
    socket.answer(second, { type: 'error', code: 'not_joined', message: 'No.' })
    socket.answer(first, { type: 'ok' })
    socket.close(1006)
    expect(await outcomes).toMatchObject([
      { status: 'fulfilled', value: { type: 'ok' } },
      { status: 'rejected', reason: { name: 'CommandRefused', passes: false } },
      { status: 'rejected', reason: { name: 'LineLost' } },
    ])
    await expect(read()).rejects.toMatchObject({ name: 'LineLost' })
  })

  it('cuts a connection that does not answer', async () => {
    const { line } = started()
    latest().ready()
    const answer = expect(line.command({ type: 'read', ticket: 't', seq: 1 })).rejects.toMatchObject({ name: 'LineLost' })
    vi.advanceTimersByTime(30_000)
    latest().say({ type: 'ping', n: 1, heads: {} })
    vi.advanceTimersByTime(5_001)
    await answer
    expect(line.state.name).toBe('waiting')
  })

  it('asks whether it lives, and is cut where nothing is heard within seconds', () => {
    const { line, told } = started()
    latest().ready()
    line.check()
    expect(latest().commands('leave-ticket-room')).toHaveLength(1)
    latest().say({ type: 'ok', ref: 'check' })
    vi.advanceTimersByTime(5_001)
    expect(line.state.name).toBe('ready')
    line.check()
    vi.advanceTimersByTime(5_001)
    expect(told.states).toEqual(['connecting', 'ready', 'waiting'])
  })

  it('begins once more after it ended', () => {
    const { line, told } = started()
    latest().ready()
    latest().close(4403)
    line.start()
    latest().ready()
    expect([line.state.name, told.begun]).toEqual(['ready', [false, false]])
  })
})
