import 'fake-indexeddb/auto'

import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { FrameOf } from '../../src/realtime/frames'
import { Line } from '../../src/realtime/line'
import { type Alone, Sender } from '../../src/realtime/sender'
import { DiskStore, MemoryStore, type Store, type Unsent } from '../../src/realtime/unsent'
import { FakeSocket, type Heard, latest } from './server'

const USER = 'anna'
const DRAFT = { ticket: 'one', text: 'hello', internal: false, attachments: [] }

/** A browser's tab with its line, over a store that tabs share. */
class Tab {
  unsent: readonly Unsent[] = []
  stored: [string, number | undefined][] = []
  readonly line: Line
  readonly sender: Sender

  constructor(store: Store, alone: Alone) {
    this.line = new Line(
      { open: () => new FakeSocket() as unknown as WebSocket, ticket: () => Promise.resolve(''), random: () => 0 },
      { begun: () => { this.sender.send() }, heard: () => undefined, changed: () => undefined },
    )
    this.sender = new Sender({
      user: USER, store, alone, line: this.line,
      changed: (unsent) => { this.unsent = unsent },
      acknowledged: (message, answer) => this.stored.push([message.text, answer.seq]),
    })
    this.line.start()
  }
}

/** The lock of all tabs. */
function oneAtATime(): Alone {
  let before: Promise<unknown> = Promise.resolve()
  return (_, work) => {
    const mine = before.then(work)
    before = mine.catch(() => undefined)
    return mine
  }
}

function only(unsent: readonly Unsent[]): Unsent {
  const [first] = unsent
  if (first === undefined) throw new Error('nothing is unsent')
  return first
}

const texts = (commands: Heard[]) => commands.map((command) => command.text)
const sent = (socket: FakeSocket): Promise<Heard> => vi.waitUntil(() => socket.commands('send-message').at(-1))
const stored = (seq: number, duplicate = false): Partial<FrameOf<'ok'>> & { type: 'ok' } => ({ type: 'ok', seq, duplicate })

beforeEach(() => {
  FakeSocket.all.length = 0
  globalThis.indexedDB = new IDBFactory()
})

describe.each([['disk', () => new DiskStore()], ['memory', () => new MemoryStore()]])('what is unsent, on %s', (_, make) => {
  it('goes one after the other, in order', async () => {
    const tab = new Tab(make(), oneAtATime())
    latest().ready()
    await Promise.all(['a', 'b', 'c'].map((text) => tab.sender.post({ ...DRAFT, text })))
    for (const [index, text] of ['a', 'b', 'c'].entries()) {
      await vi.waitUntil(() => latest().commands('send-message').length === index + 1)
      expect(texts(latest().commands('send-message')).at(-1)).toBe(text)
      latest().answer(latest().commands('send-message').at(-1), stored(index + 1))
    }
    await vi.waitUntil(() => tab.unsent.length === 0)
    expect(tab.stored).toEqual([['a', 1], ['b', 2], ['c', 3]])
  })

  it('is kept until it is acknowledged, and repeated under the same name', async () => {
    const tab = new Tab(make(), oneAtATime())
    latest().ready()
    await tab.sender.post(DRAFT)
    const first = await sent(latest())
    latest().close(1006)
    await vi.waitUntil(() => FakeSocket.all.length === 2)
    expect(tab.unsent).toHaveLength(1)
    latest().ready()
    const second = await sent(latest())
    expect(second.client_id).toBe(first.client_id)
    latest().answer(second, stored(7, true))
    await vi.waitUntil(() => tab.unsent.length === 0)
    expect(tab.stored).toEqual([['hello', 7]])
  })

  it('waits where the server asks for it', async () => {
    const tab = new Tab(make(), oneAtATime())
    latest().ready()
    await tab.sender.post(DRAFT)
    latest().answer(await sent(latest()), { type: 'error', code: 'rate_limited', message: 'Slowly.', retry_after_ms: 5 })
    await vi.waitUntil(() => latest().commands('send-message').length === 2)
    latest().answer(latest().commands('send-message')[1], stored(1))
    await vi.waitUntil(() => tab.unsent.length === 0)
  })

  it('stays, with the reason, where it is refused, lets the next one pass, and can be tried again or thrown away', async () => {
    const tab = new Tab(make(), oneAtATime())
    latest().ready()
    await tab.sender.post({ ...DRAFT, text: 'refused' })
    latest().answer(await sent(latest()), { type: 'error', code: 'invalid', message: 'Too long.' })
    await vi.waitUntil(() => tab.unsent[0]?.refusal)
    expect(tab.unsent[0]).toMatchObject({ text: 'refused', refusal: { code: 'invalid', message: 'Too long.' } })
    await tab.sender.post({ ...DRAFT, text: 'next' })
    await vi.waitUntil(() => latest().commands('send-message').length === 2)
    latest().answer(latest().commands('send-message')[1], stored(1))
    await vi.waitUntil(() => tab.unsent.length === 1)
    await tab.sender.retry(only(tab.unsent))
    await vi.waitUntil(() => latest().commands('send-message').length === 3)
    latest().answer(latest().commands('send-message')[2], { type: 'error', code: 'invalid', message: 'Too long.' })
    await vi.waitUntil(() => tab.unsent[0]?.refusal)
    await tab.sender.discard(only(tab.unsent))
    expect(tab.unsent).toEqual([])
  })

  it('waits for a line', async () => {
    const tab = new Tab(make(), oneAtATime())
    await tab.sender.post(DRAFT)
    expect([tab.unsent.length, latest().commands('send-message')]).toEqual([1, []])
    latest().ready()
    latest().answer(await sent(latest()), stored(1))
    await vi.waitUntil(() => tab.unsent.length === 0)
  })
})

describe('what is unsent', () => {
  it('survives a reload', async () => {
    const before = new Tab(new DiskStore(), oneAtATime())
    const message = await before.sender.post(DRAFT)
    const after = new Tab(new DiskStore(), oneAtATime())
    latest().ready()
    expect((await sent(latest())).client_id).toBe(message.clientId)
    expect(after.stored).toEqual([])
  })

  it('is sent by one tab at a time', async () => {
    const [store, alone] = [new DiskStore(), oneAtATime()]
    const tabs = [new Tab(store, alone), new Tab(store, alone)]
    for (const socket of FakeSocket.all) socket.ready()
    await Promise.all(tabs.map((tab, index) => tab.sender.post({ ...DRAFT, text: String(index) })))
    for (let number = 1; number <= 2; number++) {
      const commands = () => FakeSocket.all.flatMap((socket) => socket.commands('send-message').map((command) => ({ socket, command })))
      await vi.waitUntil(() => commands().length === number)
      const { socket, command } = commands()[number - 1] as { socket: FakeSocket; command: Heard }
      socket.answer(command, stored(number))
    }
    await vi.waitUntil(async () => (await store.of(USER)).length === 0)
    expect(FakeSocket.all.flatMap((socket) => texts(socket.commands('send-message'))).sort()).toEqual(['0', '1'])
  })
})
