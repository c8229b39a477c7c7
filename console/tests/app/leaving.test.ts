import 'fake-indexeddb/auto'

import { beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '../../src/api/errors'
import { erase, onlyHere } from '../../src/app/leaving'
import { kept } from '../../src/portal/kept'
import { Drafts } from '../../src/realtime/drafts'
import type { KeptFile } from '../../src/realtime/files'
import { DiskShelf, MemoryShelf, openDatabase, type Shelf } from '../../src/realtime/shelf'
import type { Unsent } from '../../src/realtime/unsent'
import { unsaved } from '../../src/settings/kit/unsaved'

class Papers implements Storage {
  readonly #held = new Map<string, string>()
  get length() { return this.#held.size }
  key(index: number) { return [...this.#held.keys()][index] ?? null }
  getItem(key: string) { return this.#held.get(key) ?? null }
  setItem(key: string, value: string) { this.#held.set(key, value) }
  removeItem(key: string) { this.#held.delete(key) }
  clear() { this.#held.clear() }
}

const NOTHING = { messages: 0, typed: false }
const message = (user: string): Unsent => ({ clientId: `of ${user}`, user, ticket: 'one', text: 'x', internal: false, files: [], at: 1, refusal: null })
const file = (user: string): KeptFile => ({
  key: `of ${user}`, user, ticket: 'one', internal: false, at: 1, name: 'a', type: 'a/b', content: new Blob(['a']), message: null, upload: null, refusal: null,
})

beforeEach(() => {
  vi.stubGlobal('localStorage', new Papers())
  vi.stubGlobal('sessionStorage', new Papers())
})

describe.each([['disk', async (): Promise<Shelf> => new DiskShelf(await openDatabase())], ['memory', () => Promise.resolve(new MemoryShelf())]])('signing out, with a %s', (_, open) => {
  it('leaves nothing of whoever goes, and all of the others', async () => {
    const shelf = await open()
    for (const user of ['anna', 'ben']) {
      await shelf.change({ store: 'unsent', key: `of ${user}`, to: () => message(user) }, { store: 'files', key: `of ${user}`, to: () => file(user) })
      kept(user, 'letter').set({ subject: 'Help', text: '', key: 'k' })
    }
    sessionStorage.setItem('inbox', '{}')
    expect(await onlyHere('anna', shelf)).toEqual({ messages: 1, typed: true })
    await erase('anna', shelf)
    expect(await onlyHere('anna', shelf)).toEqual(NOTHING)
    expect([sessionStorage.length, localStorage.length]).toEqual([0, 1])
    expect(await onlyHere('ben', shelf)).toEqual({ messages: 1, typed: true })
    await erase('ben', shelf)
  })
})

describe('what would be lost', () => {
  it('is a letter that says something, and no empty one', async () => {
    kept('anna', 'letter').set({ subject: ' ', text: '', key: 'k' })
    kept('anna', 'answer run node').set([])
    expect(await onlyHere('anna', new MemoryShelf())).toEqual(NOTHING)
    kept('anna', 'answer run node').set(['a'])
    expect((await onlyHere('anna', new MemoryShelf())).typed).toBe(true)
  })

  it('is a form that is not saved', async () => {
    const over = unsaved.add('role/one', () => undefined)
    expect((await onlyHere('anna', new MemoryShelf())).typed).toBe(true)
    over()
    expect((await onlyHere('anna', new MemoryShelf())).typed).toBe(false)
  })

  it.each([['reached', false], ['away', true]])('is no draft that can be saved; the server is %s', async (_, lost) => {
    const shelf = new MemoryShelf()
    let waits: () => void = () => undefined
    const put = vi.fn(async () => {
      if (lost) throw new ApiError(0, {})
      await new Promise<void>((resolve) => { waits = resolve })
      return '2024-01-01T00:00:00Z'
    })
    const nothing = { text: '', at: null }
    const drafts = new Drafts({ user: 'anna', shelf, tell: () => undefined, api: { get: () => Promise.resolve({ reply: nothing, note: nothing }), put } })
    drafts.type('one', false, 'Half of it')
    const saved = drafts.saved()
    await vi.waitUntil(() => put.mock.calls.length > 0)
    waits()
    await saved
    expect(await onlyHere('anna', shelf)).toEqual({ messages: 0, typed: lost })
  })
})
