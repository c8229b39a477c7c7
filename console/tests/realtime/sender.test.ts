import 'fake-indexeddb/auto'

import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '../../src/api/errors'
import { Files } from '../../src/realtime/files'
import type { Attachment, FrameOf } from '../../src/realtime/frames'
import { Line } from '../../src/realtime/line'
import { type Alone, Sender } from '../../src/realtime/sender'
import { DiskShelf, MemoryShelf, openDatabase, type Shelf } from '../../src/realtime/shelf'
import { Messages, type Unsent } from '../../src/realtime/unsent'
import { FakeSocket, type Heard, latest } from './server'

const USER = 'anna'
const DRAFT = { ticket: 'one', text: 'hello', internal: false, files: [] as string[] }

/** A browser's tab with its line, over a store that tabs share. */
class Tab {
  unsent: readonly Unsent[] = []
  stored: [string, number | undefined][] = []
  readonly line: Line
  readonly sender: Sender
  readonly files: Files
  /** What the server does with an upload. */
  taken: (name: string) => Promise<Attachment> = (name) => Promise.resolve(attachment(name))
  uploads: string[] = []

  constructor(shelf: Shelf, alone: Alone) {
    this.files = new Files({
      user: USER, shelf, alone: (_, work) => work(), changed: () => undefined, discard: () => Promise.resolve(),
      upload: (_, name) => {
        this.uploads.push(name)
        return this.taken(name)
      },
    })
    this.line = new Line(
      { open: () => new FakeSocket() as unknown as WebSocket, ticket: () => Promise.resolve(''), random: () => 0 },
      { begun: () => { this.sender.send() }, heard: () => undefined, changed: () => undefined },
    )
    this.sender = new Sender({
      user: USER, store: new Messages(shelf), files: this.files, alone, line: this.line,
      changed: (unsent) => { this.unsent = unsent },
      acknowledged: (message, answer) => this.stored.push([message.text, answer.seq]),
    })
    this.line.start()
  }
}

function attachment(name: string): Attachment {
  return { id: `upload of ${name}`, name, type: 'image/png', size: 3, width: 1, height: 1, url: '/file', thumbnail: '/small' }
}

function picture(name = 'one.png'): File {
  return Object.assign(new Blob(['abc'], { type: 'image/png' }), { name, lastModified: 0, webkitRelativePath: '' })
}

const disk = async (): Promise<Shelf> => new DiskShelf(await openDatabase())
const memory = (): Promise<Shelf> => Promise.resolve(new MemoryShelf())

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

describe.each([['disk', disk], ['memory', memory]])('what is unsent, on %s', (_, make) => {
  it('goes one after the other, in order', async () => {
    const tab = new Tab(await make(), oneAtATime())
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
    const tab = new Tab(await make(), oneAtATime())
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
    const tab = new Tab(await make(), oneAtATime())
    latest().ready()
    await tab.sender.post(DRAFT)
    latest().answer(await sent(latest()), { type: 'error', code: 'rate_limited', message: 'Slowly.', retry_after_ms: 5 })
    await vi.waitUntil(() => latest().commands('send-message').length === 2)
    latest().answer(latest().commands('send-message')[1], stored(1))
    await vi.waitUntil(() => tab.unsent.length === 0)
  })

  it('stays, with the reason, where it is refused, lets the next one pass, and can be tried again or thrown away', async () => {
    const tab = new Tab(await make(), oneAtATime())
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
    const tab = new Tab(await make(), oneAtATime())
    await tab.sender.post(DRAFT)
    expect([tab.unsent.length, latest().commands('send-message')]).toEqual([1, []])
    latest().ready()
    latest().answer(await sent(latest()), stored(1))
    await vi.waitUntil(() => tab.unsent.length === 0)
  })
})

describe('what is unsent', () => {
  it('survives a reload', async () => {
    const before = new Tab(await disk(), oneAtATime())
    const message = await before.sender.post(DRAFT)
    const after = new Tab(await disk(), oneAtATime())
    latest().ready()
    expect((await sent(latest())).client_id).toBe(message.clientId)
    expect(after.stored).toEqual([])
  })

  it('is sent by one tab at a time', async () => {
    const [store, alone] = [await disk(), oneAtATime()]
    const tabs = [new Tab(store, alone), new Tab(store, alone)]
    for (const socket of FakeSocket.all) socket.ready()
    await Promise.all(tabs.map((tab, index) => tab.sender.post({ ...DRAFT, text: String(index) })))
    for (let number = 1; number <= 2; number++) {
      const commands = () => FakeSocket.all.flatMap((socket) => socket.commands('send-message').map((command) => ({ socket, command })))
      await vi.waitUntil(() => commands().length === number)
      const { socket, command } = commands()[number - 1] as { socket: FakeSocket; command: Heard }
      socket.answer(command, stored(number))
    }
    await vi.waitUntil(async () => (await store.all('unsent', USER)).length === 0)
    expect(FakeSocket.all.flatMap((socket) => texts(socket.commands('send-message'))).sort()).toEqual(['0', '1'])
  })
})

describe.each([['disk', disk], ['memory', memory]])('a message with pictures, on %s', (_, make) => {
  async function drawn(tab: Tab, ...names: string[]): Promise<string[]> {
    await tab.files.add('one', false, names.map(picture))
    return tab.files.list.map(({ key }) => key)
  }

  it('is sent when they are uploaded, with what the server made of them', async () => {
    const tab = new Tab(await make(), oneAtATime())
    latest().ready()
    const files = await drawn(tab, 'a.png', 'b.png')
    await tab.sender.post({ ...DRAFT, text: '', files })
    const command = await sent(latest())
    expect(command.attachments).toEqual(['upload of a.png', 'upload of b.png'])
    latest().answer(command, stored(1))
    await vi.waitUntil(() => tab.unsent.length === 0 && tab.files.list.length === 0)
    expect(tab.uploads).toEqual(['a.png', 'b.png'])
  })

  it('waits with them while the network is away, and loses nothing', async () => {
    const tab = new Tab(await make(), oneAtATime())
    tab.taken = () => Promise.reject(new ApiError(0, {}))
    const files = await drawn(tab, 'a.png')
    await tab.sender.post({ ...DRAFT, files })
    await vi.waitUntil(() => tab.uploads.length > 0)
    expect(tab.files.list.map(({ message, upload, content }) => [message, upload, content.size])).toEqual([[tab.unsent[0]?.clientId, null, 3]])
    tab.taken = (name) => Promise.resolve(attachment(name))
    latest().ready()
    latest().answer(await sent(latest()), stored(1))
    await vi.waitUntil(() => tab.unsent.length === 0 && tab.files.list.length === 0, { timeout: 5000 })
  })

  it('holds back what follows in its conversation, and nothing in the others', async () => {
    const tab = new Tab(await make(), oneAtATime())
    let taking = false
    tab.taken = (name) => (taking ? Promise.resolve(attachment(name)) : Promise.reject(new ApiError(503, { retry_after_ms: 20 })))
    latest().ready()
    await tab.files.add('one', false, [picture()])
    await tab.sender.post({ ...DRAFT, text: 'with a picture', files: tab.files.list.map(({ key }) => key) })
    await tab.sender.post({ ...DRAFT, text: 'after it' })
    for (const [index, text] of ['elsewhere', 'and there again'].entries()) {
      await tab.sender.post({ ...DRAFT, ticket: 'two', text })
      await vi.waitUntil(() => latest().commands('send-message').length === index + 1)
      latest().answer(latest().commands('send-message').at(-1), stored(index + 1))
    }
    taking = true
    for (const index of [2, 3]) {
      await vi.waitUntil(() => latest().commands('send-message').length === index + 1)
      latest().answer(latest().commands('send-message').at(-1), stored(index + 1))
    }
    await vi.waitUntil(() => tab.unsent.length === 0)
    expect(texts(latest().commands('send-message'))).toEqual(['elsewhere', 'and there again', 'with a picture', 'after it'])
  })

  it('stays with the reason where one of them is refused', async () => {
    const tab = new Tab(await make(), oneAtATime())
    latest().ready()
    tab.taken = () => Promise.reject(new ApiError(400, { code: 'unreadable', error: 'This picture cannot be read.' }))
    const files = await drawn(tab, 'a.png')
    await tab.sender.post({ ...DRAFT, files })
    await vi.waitUntil(() => tab.unsent[0]?.refusal)
    expect(tab.unsent[0]?.refusal).toEqual({ code: 'unreadable', message: 'This picture cannot be read.' })
    expect(latest().commands('send-message')).toEqual([])
    await tab.sender.discard(only(tab.unsent))
    expect([tab.unsent, tab.files.list]).toEqual([[], []])
  })

  it('is uploaded anew where the server forgot what waited', async () => {
    const tab = new Tab(await make(), oneAtATime())
    latest().ready()
    await tab.sender.post({ ...DRAFT, files: await drawn(tab, 'a.png') })
    latest().answer(await sent(latest()), { type: 'error', code: 'invalid', message: 'Gone.', fields: { attachments: ['no'] } })
    await vi.waitUntil(() => tab.unsent[0]?.refusal)
    await tab.sender.retry(only(tab.unsent))
    await vi.waitUntil(() => latest().commands('send-message').length === 2)
    expect(tab.uploads).toEqual(['a.png', 'a.png'])
  })
})

it('a message and its pictures survive a reload', async () => {
  const before = new Tab(await disk(), oneAtATime())
  before.taken = () => Promise.reject(new ApiError(0, {}))
  await before.files.add('one', false, [picture()])
  await before.sender.post({ ...DRAFT, files: before.files.list.map(({ key }) => key) })
  const after = new Tab(await disk(), oneAtATime())
  latest().ready()
  expect((await sent(latest())).attachments).toEqual(['upload of one.png'])
  expect(after.uploads).toEqual(['one.png'])
})
