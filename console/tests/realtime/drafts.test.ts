import { beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '../../src/api/errors'
import { type DraftApi, Drafts, type Saved, type Word } from '../../src/realtime/drafts'
import { MemoryShelf, type Shelf } from '../../src/realtime/shelf'

const TICKET = 'one'

/** The server with one draft: a text follows the one that was seen, or is refused. */
class Server implements DraftApi {
  kept: Saved = { text: '', at: null }
  reachable = true
  saves: string[] = []
  #version = 0

  get(): Promise<{ reply: Saved; note: Saved }> {
    return this.reachable ? Promise.resolve({ reply: this.kept, note: { text: '', at: null } }) : Promise.reject(new ApiError(0, {}))
  }

  put(_: string, __: boolean, text: string, seen: string | null): Promise<string | null> {
    if (!this.reachable) return Promise.reject(new ApiError(0, {}))
    if (seen !== this.kept.at && text !== this.kept.text) {
      const current = this.kept.at === null ? null : { text: this.kept.text, saved_at: this.kept.at }
      return Promise.reject(new ApiError(409, { code: 'draft_changed', error: 'changed', current }))
    }
    this.saves.push(text)
    this.write(text)
    return Promise.resolve(this.kept.at)
  }

  /** Somebody saved it, here or on another device. */
  write(text: string): void {
    this.kept = text === '' ? { text, at: null } : { text, at: new Date(1_000 * ++this.#version).toISOString() }
  }
}

class Tab {
  drafts: Drafts
  others: Tab[] = []

  constructor(server: Server, shelf: Shelf = new MemoryShelf()) {
    const tell = (word: Word) => { for (const other of this.others) other.drafts.told(structuredClone(word)) }
    this.drafts = new Drafts({ user: 'anna', shelf, api: server, tell })
  }

  async open(): Promise<this> {
    this.drafts.watch(TICKET, () => undefined)
    await settled()
    return this
  }

  get draft() {
    return this.drafts.of(TICKET, false)
  }

  type(text: string): void {
    this.drafts.type(TICKET, false, text)
  }
}

const settled = () => vi.advanceTimersByTimeAsync(2_000)
const hint = (server: Server) => ({ type: 'draft-changed' as const, ticket: TICKET, internal: false, text: server.kept.text, saved_at: server.kept.at, tab: 'x' })

beforeEach(() => { vi.useFakeTimers() })

describe('a draft', () => {
  it('goes to the server when one rests, and is gone there when it was sent', async () => {
    const server = new Server()
    const tab = await new Tab(server).open()
    tab.type('He')
    tab.type('Hello')
    await settled()
    expect([server.saves, server.kept.text]).toEqual([['Hello'], 'Hello'])
    tab.type('')
    await settled()
    expect(server.kept).toEqual({ text: '', at: null })
  })

  it('is not emptied by an answer from before it was heard of', async () => {
    const server = new Server()
    const answers: (() => void)[] = []
    const get = server.get.bind(server)
    server.get = () => {
      const found = get() // as the server has it now; it arrives later
      return new Promise((resolve) => { answers.push(() => { resolve(found) }) })
    }
    const tab = await new Tab(server).open()
    server.write('from another device')
    tab.drafts.heard({ type: 'draft-changed', ticket: TICKET, internal: false, text: 'from another device', saved_at: server.kept.at, tab: '' })
    answers.shift()?.()
    await settled()
    expect(tab.draft.text).toBe('from another device')
    expect(answers).toHaveLength(1) // asked once more
    answers.shift()?.()
    await settled()
    expect(tab.draft).toEqual({ text: 'from another device', base: server.kept, theirs: null })
  })

  it('that was sent while it was being saved stays away when the save is heard of before its answer', async () => {
    const server = new Server()
    const tab = await new Tab(server).open()
    let answered: () => void = () => undefined
    const put = server.put.bind(server)
    server.put = async (...given) => {
      const at = await put(...given)
      if (given[2] !== '') await new Promise<void>((resolve) => { answered = resolve })
      return at
    }
    tab.type('Hello')
    await settled()
    tab.drafts.sent(TICKET, false)
    tab.drafts.heard(hint(server))
    expect(tab.draft.text).toBe('')
    answered()
    await settled()
    expect([tab.draft.text, server.kept.text, server.saves]).toEqual(['', '', ['Hello', '']])
  })

  it('keeps a note and a reply apart', async () => {
    const tab = await new Tab(new Server()).open()
    tab.drafts.type(TICKET, true, 'they lie')
    expect([tab.draft.text, tab.drafts.of(TICKET, true).text]).toEqual(['', 'they lie'])
  })

  it('survives a reload without a server, and goes there with the next connection', async () => {
    const [server, shelf] = [new Server(), new MemoryShelf()]
    server.reachable = false
    const before = await new Tab(server, shelf).open()
    before.type('typed in a tunnel')
    await before.drafts.settled()
    const after = await new Tab(server, shelf).open()
    expect(after.draft.text).toBe('typed in a tunnel')
    server.reachable = true
    after.drafts.begun()
    await settled()
    expect(server.kept.text).toBe('typed in a tunnel')
  })

  it('goes from disk with the message that it became, and no later', async () => {
    const [server, shelf] = [new Server(), new MemoryShelf()]
    server.reachable = false
    const before = await new Tab(server, shelf).open()
    before.type('sent at once')
    await before.drafts.settled()
    const emptied = before.drafts.sent(TICKET, false)
    expect(before.draft.text).toBe('')
    expect((await new Tab(server, shelf).open()).draft.text).toBe('sent at once') // until the message is kept
    await shelf.change(emptied)
    expect((await new Tab(server, shelf).open()).draft.text).toBe('')
  })

  it('comes from the server where this device has none', async () => {
    const server = new Server()
    server.write('from the phone')
    expect((await new Tab(server).open()).draft).toMatchObject({ text: 'from the phone', theirs: null })
  })

  it('follows another device as long as nothing was typed here', async () => {
    const server = new Server()
    const tab = await new Tab(server).open()
    server.write('from the phone')
    tab.drafts.heard(hint(server))
    expect(tab.draft.text).toBe('from the phone')
    server.write('')
    tab.drafts.heard(hint(server))
    expect(tab.draft.text).toBe('')
  })

  it.each(['mine', 'theirs'] as const)('that was written elsewhere too shows both, and one is chosen: %s', async (which) => {
    const server = new Server()
    const tab = await new Tab(server).open()
    server.reachable = false
    tab.type('typed here')
    await settled()
    server.reachable = true
    server.write('typed on the phone')
    tab.drafts.begun()
    await settled()
    expect(tab.draft).toMatchObject({ text: 'typed here', theirs: { text: 'typed on the phone' } })
    expect(server.kept.text).toBe('typed on the phone')
    tab.type('typed here on')
    await settled()
    expect(server.kept.text, 'nothing is written over while one has to choose').toBe('typed on the phone')
    tab.drafts.choose(TICKET, false, which)
    await settled()
    const chosen = which === 'mine' ? 'typed here on' : 'typed on the phone'
    expect([tab.draft.text, tab.draft.theirs, server.kept.text]).toEqual([chosen, null, chosen])
  })

  it('is the same in all tabs of a browser, also offline, whichever of them one types in', async () => {
    const server = new Server()
    server.reachable = false
    const [one, other] = [await new Tab(server).open(), await new Tab(server).open()]
    one.others = [other]
    other.others = [one]
    one.type('Dear')
    one.type('Dear customer')
    expect(other.draft.text).toBe('Dear customer')
    other.type('Dear customer, yes')
    expect([one.draft.text, one.draft.theirs]).toEqual(['Dear customer, yes', null])
    one.type('Dear customer, yes.')
    expect([other.draft.text, other.draft.theirs]).toEqual(['Dear customer, yes.', null])
  })

  it('typed in two tabs at once that did not hear of each other writes neither over', async () => {
    const server = new Server()
    server.reachable = false
    const [one, other] = [await new Tab(server).open(), await new Tab(server).open()]
    one.type('one thing')
    one.others = [other]
    other.type('another thing')
    one.type('one thing more')
    expect(other.draft).toMatchObject({ text: 'another thing', theirs: { text: 'one thing more' } })
  })

  it.each([[500, 'unreachable'], [403, 'forbidden'], [0, 'unreachable']])('that is not saved (%d) is tried again, less often each time, and says why', async (status, code) => {
    const server = new Server()
    const tab = await new Tab(server).open()
    const put = vi.spyOn(server, 'put').mockRejectedValue(new ApiError(status, { code, error: 'No.' }))
    tab.type('still here')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(put.mock.calls.length).toBe(4) // after 0.8, 5, 10 and 20 seconds
    expect(tab.drafts.refusal(TICKET, false)?.message).toBe(status === 0 ? undefined : 'No.')
    put.mockRestore()
    await vi.advanceTimersByTimeAsync(60_000)
    expect([server.kept.text, tab.drafts.refusal(TICKET, false)]).toEqual(['still here', null])
  })

  it('of somebody who is signed out waits for them', async () => {
    const server = new Server()
    const tab = await new Tab(server).open()
    const put = vi.spyOn(server, 'put').mockRejectedValue(new ApiError(401, { code: 'session_ended' }))
    tab.type('still here')
    await vi.advanceTimersByTimeAsync(600_000)
    expect([put.mock.calls.length, tab.drafts.refusal(TICKET, false)]).toEqual([1, null])
    put.mockRestore()
    tab.drafts.begun()
    await settled()
    expect(server.kept.text).toBe('still here')
  })

  it('typed on while a save is under way is saved again', async () => {
    const server = new Server()
    const tab = await new Tab(server).open()
    let answer: (at: string) => void = () => undefined
    vi.spyOn(server, 'put').mockImplementationOnce(() => new Promise((resolve) => { answer = resolve }))
    tab.type('one')
    await settled()
    tab.type('one two')
    server.write('one')
    answer(server.kept.at ?? '')
    await settled()
    expect([server.kept.text, tab.draft.theirs]).toEqual(['one two', null])
  })
})
