import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { Entry, Frame } from '../../src/realtime/frames'
import { Line } from '../../src/realtime/line'
import { Rooms, type Surroundings, type View } from '../../src/realtime/rooms'
import { ANNA, message, messages } from './entries'
import { FakeSocket, type Heard, latest } from './server'

const TICKET = 'one'
const PAGE = 5
const BATCH = 4
const FAR_BEHIND = 12

/** A server with one conversation, that answers as docs/socket.md says; what it tells may be lost, doubled or late. */
class Conversation {
  entries: Entry[]
  gone = false
  failing = false
  asked: (number | null)[] = []

  constructor(length = 0) {
    this.entries = messages(1, length)
  }

  before = (_: string, seq: number | null) => {
    this.asked.push(seq)
    if (this.gone) return Promise.reject(Object.assign(new Error('gone'), { status: 404 }))
    if (this.failing) return Promise.reject(new Error('the network'))
    const below = this.entries.filter((entry) => seq === null || entry.seq < seq)
    return Promise.resolve({ entries: below.slice(-PAGE), head: this.entries.length, more: below.length > PAGE, reads: [] })
  }

  add(): Entry {
    const entry = message(this.entries.length + 1)
    this.entries.push(entry)
    return entry
  }

  /** The answer to a join. */
  join(command: Heard): Partial<Frame> & { type: Frame['type'] } {
    const after = command.after as number
    const head = this.entries.length
    if (this.gone) return { type: 'error', code: 'not_found', message: 'Gone.' }
    if (head - after > FAR_BEHIND) return { type: 'reset', ticket: TICKET, head }
    const entries = this.entries.slice(after, after + BATCH)
    return { type: 'batch', ticket: TICKET, from: after + 1, to: after + entries.length, head, more: after + entries.length < head, entries, reads: [] }
  }
}

class Tab {
  rooms: Rooms
  line: Line
  changes = 0
  readonly server: Conversation

  constructor(server: Conversation, around: Surroundings = {}) {
    this.server = server
    this.line = new Line(
      { open: () => new FakeSocket() as unknown as WebSocket, ticket: () => Promise.resolve(''), random: () => 0 },
      {
        begun: (_, forget) => { this.rooms.begun(forget) },
        heard: (frame) => { this.rooms.heard(frame) },
        changed: () => undefined,
      },
    )
    this.rooms = new Rooms(this.line, server, { warm: 0, ...around })
    this.line.start()
  }

  get view(): View {
    const view = this.rooms.view(TICKET)
    if (view === undefined) throw new Error('nobody watches')
    return view
  }

  get numbers(): number[] {
    return this.view.entries.map((entry) => entry.seq)
  }

  watch(): () => void {
    return this.rooms.watch(TICKET, () => this.changes++)
  }

  /** Until nothing more happens: every join is answered. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await new Promise((resolve) => setTimeout(resolve))
      const socket = latest()
      const joins = socket.commands('join-ticket-room')
      for (const join of joins.slice(answered.get(socket) ?? 0)) {
        socket.answer(join, this.server.join(join))
        quiet = 0
      }
      answered.set(socket, joins.length)
    }
  }

  async reconnect(more: object = {}): Promise<void> {
    latest().close(1006)
    await vi.waitUntil(() => this.line.state.name === 'connecting')
    latest().ready(more)
  }
}

const answered = new WeakMap<FakeSocket, number>()

async function opened(length: number): Promise<Tab> {
  const tab = new Tab(new Conversation(length))
  latest().ready()
  tab.watch()
  await tab.settle()
  return tab
}

const tell = (entry: Entry) => { latest().say({ type: 'entry', ticket: TICKET, seq: entry.seq, entry }) }

beforeEach(() => {
  FakeSocket.all.length = 0
})

describe('a room', () => {
  it('begins at the end, joins from there, and loads upward to the beginning', async () => {
    const tab = await opened(12)
    expect([tab.numbers, tab.view.state, tab.view.earlier]).toEqual([[8, 9, 10, 11, 12], 'open', true])
    expect(latest().commands('join-ticket-room')).toMatchObject([{ after: 12 }])
    await tab.rooms.loadEarlier(TICKET)
    await Promise.all([tab.rooms.loadEarlier(TICKET), tab.rooms.loadEarlier(TICKET)])
    expect([tab.numbers, tab.view.earlier]).toEqual([messages(1, 12).map((entry) => entry.seq), false])
    await tab.rooms.loadEarlier(TICKET)
    expect(tab.server.asked).toEqual([null, 8, 3])
  })

  it('of a conversation without entries is open and empty', async () => {
    const tab = await opened(0)
    expect(tab.view).toMatchObject({ state: 'open', entries: [], earlier: false, loading: false })
  })

  it('asks for what is missing, once at a time', async () => {
    const tab = await opened(2)
    tab.server.add()
    tell(tab.server.add())
    tell(tab.server.add())
    expect([tab.numbers, latest().commands('join-ticket-room').length]).toEqual([[1, 2], 2])
    await tab.settle()
    expect(tab.numbers).toEqual([1, 2, 3, 4, 5])
  })

  it('finds a lost last entry by a ping', async () => {
    const tab = await opened(2)
    tab.server.add()
    latest().say({ type: 'ping', n: 1, heads: { [TICKET]: 3 } })
    await tab.settle()
    expect(tab.numbers).toEqual([1, 2, 3])
  })

  it('goes on after a reconnect, and begins anew when it is too far behind', async () => {
    const tab = await opened(2)
    for (let more = 0; more < 5; more++) tab.server.add()
    await tab.reconnect()
    await tab.settle()
    expect(tab.numbers).toEqual([1, 2, 3, 4, 5, 6, 7])
    for (let more = 0; more < 20; more++) tab.server.add()
    await tab.reconnect()
    await tab.settle()
    expect(tab.numbers).toEqual([23, 24, 25, 26, 27])
  })

  it('forgets everything when the database has another life', async () => {
    const tab = await opened(4)
    tab.server.entries = messages(1, 2).map((entry) => ({ ...entry, text: 'another life' }))
    await tab.reconnect({ history: 'two' })
    await tab.settle()
    expect(tab.view.entries).toEqual(tab.server.entries)
  })

  it('that was lost says so, and asks no more', async () => {
    const tab = await opened(2)
    latest().say({ type: 'access-changed', left: [TICKET] })
    expect(tab.view).toMatchObject({ state: 'gone', entries: [] })
    tell(message(3))
    await tab.settle()
    expect(latest().commands('join-ticket-room')).toHaveLength(1)
  })

  it('that one may see again is opened again, if somebody looks', async () => {
    const tab = await opened(2)
    latest().say({ type: 'access-changed', left: [TICKET] })
    tab.server.add()
    latest().say({ type: 'access-changed', left: [] })
    await tab.settle()
    expect(tab.view.state).toBe('open')
    expect(tab.view.entries.map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  it('that nobody watches is left', async () => {
    const tab = await opened(2)
    const [one, other] = [tab.watch(), tab.watch()]
    one()
    other()
    expect(latest().commands('leave-ticket-room')).toEqual([])
    const alone = new Tab(new Conversation(1))
    latest().ready()
    alone.watch()()
    await alone.settle()
    expect([latest().commands('leave-ticket-room').length, alone.rooms.view(TICKET)]).toEqual([1, undefined])
  })

  it('that nobody watches stays warm: it is heard, and looked at again without a question', async () => {
    const tab = new Tab(new Conversation(3), { warm: 1 })
    latest().ready()
    const leave = tab.watch()
    await tab.settle()
    const asked = tab.server.asked.length
    leave()
    tell(tab.server.add())
    const again = tab.watch()
    expect([tab.numbers, tab.view.state, tab.server.asked.length]).toEqual([[1, 2, 3, 4], 'open', asked])
    expect(latest().commands('leave-ticket-room')).toEqual([])
    again()
    tab.rooms.watch('another', () => undefined)()
    await tab.settle()
    expect(latest().commands('leave-ticket-room').map(({ ticket }) => ticket)).toEqual([TICKET])
  })

  it('that somebody may look at soon is heard already, and asked for once', async () => {
    const tab = new Tab(new Conversation(3), { warm: 1 })
    latest().ready()
    tab.rooms.prepare(TICKET)
    tab.rooms.prepare(TICKET)
    await tab.settle()
    tell(tab.server.add())
    tab.watch()
    expect([tab.numbers, tab.view.state, tab.server.asked.length]).toEqual([[1, 2, 3, 4], 'open', 1])
  })

  it('that was prepared for nothing is left when others are', async () => {
    const tab = new Tab(new Conversation(3), { warm: 1 })
    latest().ready()
    tab.rooms.prepare(TICKET)
    await tab.settle()
    tab.rooms.prepare('another')
    await tab.settle()
    expect([latest().commands('leave-ticket-room').map(({ ticket }) => ticket), tab.rooms.has(TICKET), tab.rooms.has('another')]).toEqual([[TICKET], false, true])
  })

  it('that could not be prepared is opened when somebody looks at it', async () => {
    const tab = new Tab(new Conversation(3), { warm: 1 })
    latest().ready()
    tab.server.failing = true
    tab.rooms.prepare(TICKET)
    await tab.settle()
    tab.server.failing = false
    tab.watch()
    await tab.settle()
    expect([tab.view.state, tab.numbers]).toEqual(['open', [1, 2, 3]])
  })

  it('takes a long page in pieces, each of which is drawn before the next', async () => {
    const pieces: number[] = []
    const tab: Tab = new Tab(new Conversation(70), { drawn: () => Promise.resolve(pieces.push(tab.view.entries.length)) })
    latest().ready()
    tab.watch()
    await tab.settle()
    const before = tab.server.before
    tab.server.before = async (ticket, seq) => {
      const page = await before(ticket, seq)
      return { ...page, entries: tab.server.entries.filter((entry) => seq !== null && entry.seq < seq) }
    }
    await tab.rooms.loadEarlier(TICKET)
    expect(pieces).toEqual([PAGE + 25, PAGE + 50])
    expect([tab.numbers, tab.view.loading]).toEqual([Array.from({ length: 70 }, (_, index) => index + 1), false])
  })

  it('says when earlier entries do not come, and asks again', async () => {
    const tab = await opened(PAGE + 2)
    tab.server.failing = true
    await tab.rooms.loadEarlier(TICKET)
    expect([tab.view.stuck, tab.view.loading, tab.view.entries.length]).toEqual([true, false, PAGE])
    tab.server.failing = false
    await tab.rooms.loadEarlier(TICKET)
    expect([tab.view.stuck, tab.view.entries.length]).toEqual([false, PAGE + 2])
  })

  it('knows how far somebody read, never backwards', async () => {
    const tab = await opened(3)
    tab.rooms.read(TICKET, ANNA, 2)
    latest().say({ type: 'read', ticket: TICKET, user: ANNA, seq: 1 })
    expect([...tab.view.reads.values()]).toEqual([{ user: ANNA, seq: 2 }])
    latest().say({ type: 'read', ticket: TICKET, user: ANNA, seq: 3 })
    expect(tab.view.reads.get(ANNA.id)?.seq).toBe(3)
    const house = { id: null, name: 'Pandar Chat', staff: true }
    latest().say({ type: 'read', ticket: TICKET, user: house, seq: 2 })
    expect([...tab.view.reads.values()].at(-1)).toEqual({ user: house, seq: 2 })
  })

  it('that somebody else listens to is not left', async () => {
    const tab = new Tab(new Conversation(1), { heardBy: () => true })
    latest().ready()
    tab.watch()()
    await tab.settle()
    expect([latest().commands('leave-ticket-room').length, tab.rooms.has(TICKET)]).toEqual([0, false])
  })

  it('stays open where it was asked for twice, and one answer was lost', async () => {
    const tab: Tab = new Tab(new Conversation(3))
    const before = tab.server.before
    let lose: () => void = () => undefined
    tab.watch()
    tab.server.before = () => new Promise((_, reject) => { lose = () => { reject(new Error('the network')) } })
    latest().ready() // asks for it once more
    tab.server.before = before
    await tab.settle()
    expect(tab.view.state).toBe('open')
    lose()
    await tab.settle()
    expect([tab.view.state, tab.numbers]).toEqual(['open', [1, 2, 3]])
  })

  it('says that it could not be opened, and is opened by the next connection', async () => {
    const tab = new Tab(new Conversation(3))
    tab.server.failing = true
    latest().ready()
    tab.watch()
    await tab.settle()
    expect(tab.view.state).toBe('failed')
    tab.server.failing = false
    await tab.reconnect()
    await tab.settle()
    expect([tab.view.state, tab.numbers]).toEqual(['open', [1, 2, 3]])
  })

  it('shows what the server has in the end, whatever is lost, doubled, late or cut', async () => {
    const steps = fc.array(fc.oneof(
      fc.constant('say' as const), fc.constant('lose' as const), fc.constant('double' as const), fc.constant('late' as const),
      fc.constant('cut' as const), fc.constant('settle' as const), fc.constant('own' as const), fc.constant('up' as const),
    ), { maxLength: 25 })
    await fc.assert(fc.asyncProperty(fc.integer({ min: 0, max: 9 }), steps, async (length, acts) => {
      const tab = await opened(length)
      const late: Entry[] = []
      for (const act of acts) {
        if (act === 'cut') await tab.reconnect()
        else if (act === 'settle') await tab.settle()
        else if (act === 'up') await tab.rooms.loadEarlier(TICKET)
        else {
          const entry = tab.server.add()
          if (act === 'own') tab.rooms.stored(TICKET, entry)
          if (act === 'late') late.push(entry)
          if (act === 'say' || act === 'double') tell(entry)
          if (act === 'double') tell(entry)
        }
      }
      for (const entry of late) tell(entry)
      latest().say({ type: 'ping', n: 1, heads: { [TICKET]: tab.server.entries.length } })
      await tab.settle()
      const shown = tab.view.entries
      expect(shown).toEqual(tab.server.entries.slice(tab.server.entries.length - shown.length))
      expect(shown.length).toBeGreaterThanOrEqual(Math.min(PAGE, tab.server.entries.length))
    }), { numRuns: 60 })
  })
})
