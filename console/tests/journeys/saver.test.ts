import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '../../src/api/errors'
import { Desk } from '../../src/journeys/desk/desk'
import { MemoryShelf } from '../../src/journeys/desk/kept'
import type { Detail } from '../../src/journeys/desk/saver'
import { setMember } from '../../src/journeys/model/edit'
import { type Graph, nodeOf } from '../../src/journeys/model/graph'
import { merge } from '../../src/journeys/model/merge'
import { example } from './graphs'

const ID = 'a journey'
const SOON = 60_000
const say = (text: string, id = 'node-3') => (graph: Graph) => setMember(graph, id, 'question', text)
const said = (graph: Graph, id = 'node-3') => nodeOf(graph, id)?.text

/** The server: one row with its version. */
class Server {
  row: Detail = {
    id: ID, name: 'Help', description: '', state: 'draft', position: 0, audience: 'everyone', language: '', version: 1, published_number: null,
    created_at: '', updated_at: '', has_changes: true, draft: example(),
  }

  /** What the next requests meet: nothing heard of the server before or after it did its work, or a refusal. */
  fate: ('lost before' | 'lost after' | ApiError)[] = []
  saves = 0

  save = (version: number, graph: Graph): Promise<Detail> => {
    const fate = this.fate.shift()
    if (fate instanceof ApiError) return Promise.reject(fate)
    if (fate === 'lost before') return Promise.reject(new ApiError(0, {}))
    if (version !== this.row.version) return Promise.reject(new ApiError(409, { code: 'stale', error: 'changed', current: structuredClone(this.row) }))
    this.saves += 1
    this.row = { ...this.row, version: version + 1, draft: graph }
    return fate === 'lost after' ? Promise.reject(new ApiError(0, {})) : Promise.resolve(structuredClone(this.row))
  }

  load = (): Promise<Detail> => Promise.resolve(structuredClone(this.row))

  other(change: Partial<Detail>): void {
    this.row = { ...this.row, ...change, version: this.row.version + 1 }
  }
}

function sit(server: Server, shelf = new MemoryShelf()) {
  return { shelf, desk: new Desk({ door: server, shelf, user: 'me', detail: structuredClone(server.row) }) }
}

describe('a draft', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })
  const pass = () => vi.advanceTimersByTimeAsync(SOON)

  it('is saved once for several changes, and is kept here until then', async () => {
    const server = new Server()
    const { desk, shelf } = sit(server)
    for (const text of ['W', 'Wh', 'Why']) desk.edit(say(text), 'typing')
    expect([desk.get().saving.name, said((await shelf.get('me', ID))?.graph ?? {})]).toEqual(['waiting', 'Why'])
    await pass()
    expect([server.saves, said(server.row.draft), desk.get().saving.name, await shelf.get('me', ID)]).toEqual([1, 'Why', 'saved', undefined])
    desk.undo()
    await pass()
    expect([server.saves, said(server.row.draft)]).toEqual([2, 'Tell us what happened.'])
  })

  it('is tried again while the server cannot be reached, with what was drawn meanwhile', async () => {
    const server = new Server()
    const { desk } = sit(server)
    server.fate = ['lost before', new ApiError(503, {}), 'lost before']
    desk.edit(say('One'))
    await vi.advanceTimersByTimeAsync(800)
    expect(desk.get().saving.name).toBe('unreachable')
    desk.edit(say('Two'))
    await pass()
    expect([said(server.row.draft), desk.get().saving.name]).toEqual(['Two', 'saved'])
  })

  it('is no conflict with itself where an answer was lost', async () => {
    const server = new Server()
    const { desk } = sit(server)
    server.fate = ['lost after']
    desk.edit(say('One'))
    await vi.advanceTimersByTimeAsync(800)
    desk.edit(say('Two'))
    await pass()
    expect([said(server.row.draft), desk.get().saving.name, server.row.version]).toEqual(['Two', 'saved', 3])
  })

  it('goes on where somebody else changed the settings alone', async () => {
    const server = new Server()
    const { desk } = sit(server)
    server.other({ name: 'Help!' })
    desk.edit(say('Mine'))
    await pass()
    expect([server.row.name, said(server.row.draft), desk.get().saving.name, desk.get().detail.name]).toEqual(['Help!', 'Mine', 'saved', 'Help!'])
  })

  it('is a conflict where somebody else changed it, overwrites nothing, and ends as one decides', async () => {
    const server = new Server()
    const { desk } = sit(server)
    server.other({ draft: say('Theirs', 'node-5')(example()) })
    desk.edit(say('Mine'))
    await pass()
    const { saving } = desk.get()
    if (saving.name !== 'conflict') throw new Error(saving.name)
    expect([said(server.row.draft), said(saving.mine), said(saving.theirs.draft, 'node-5')]).toEqual(['Tell us what happened.', 'Mine', 'Theirs'])
    desk.edit(say('Still mine'))
    await pass()
    expect([desk.get().saving.name, said(server.row.draft)]).toEqual(['conflict', 'Tell us what happened.'])
    const both = merge(saving.base, desk.graph, saving.theirs.draft)
    desk.resolve(both.graph)
    await pass()
    expect([said(server.row.draft), said(server.row.draft, 'node-5'), desk.get().saving.name]).toEqual(['Still mine', 'Theirs', 'saved'])
  })

  it('gives way to theirs, and comes back by undo', async () => {
    const server = new Server()
    const { desk } = sit(server)
    server.other({ draft: say('Theirs')(example()) })
    desk.edit(say('Mine'))
    await pass()
    const { saving } = desk.get()
    if (saving.name !== 'conflict') throw new Error(saving.name)
    desk.resolve(saving.theirs.draft)
    await pass()
    expect([said(desk.graph), desk.get().saving.name, server.saves]).toEqual(['Theirs', 'saved', 0])
    desk.undo()
    await pass()
    expect(said(server.row.draft)).toBe('Mine')
  })

  it('is kept while the session is over and comes back with the next one', async () => {
    const server = new Server()
    const first = sit(server)
    server.fate = [new ApiError(401, { code: 'session_ended' })]
    first.desk.edit(say('Mine'))
    await pass()
    expect([first.desk.get().saving.name, server.saves]).toEqual(['signedOut', 0])
    const { desk } = sit(server, first.shelf)
    const kept = await first.shelf.get('me', ID)
    if (kept === undefined) throw new Error('lost')
    desk.recover(kept.version, kept.base, kept.graph)
    await pass()
    expect([said(server.row.draft), desk.get().saving.name, await first.shelf.get('me', ID)]).toEqual(['Mine', 'saved', undefined])
  })

  it('that was kept is a conflict where the server has another one by now', async () => {
    const server = new Server()
    const { desk } = sit(server)
    const base = example()
    server.other({ draft: say('Theirs')(example()) })
    const later = sit(server)
    later.desk.recover(1, base, say('Mine')(base))
    await pass()
    expect([later.desk.get().saving.name, said(server.row.draft), desk.get().saving.name]).toEqual(['conflict', 'Theirs', 'saved'])
  })

  it('stays here where the server will not have it', async () => {
    const server = new Server()
    const { desk, shelf } = sit(server)
    server.fate = [new ApiError(403, { code: 'forbidden', error: 'You may not do this.' })]
    desk.edit(say('Mine'))
    await pass()
    expect(desk.get().saving).toEqual({ name: 'refused', code: 'forbidden', message: 'You may not do this.' })
    expect(said((await shelf.get('me', ID))?.graph ?? {})).toBe('Mine')
    desk.discard()
    await pass()
    expect([said(desk.graph), desk.get().saving.name, await shelf.get('me', ID), server.saves]).toEqual(['Tell us what happened.', 'saved', undefined, 0])
    server.fate = [new ApiError(403, { code: 'forbidden', error: 'You may not do this.' })]
    desk.undo()
    await pass()
    expect([said(desk.graph), desk.get().saving.name]).toEqual(['Mine', 'refused'])
    desk.saver.again()
    await pass()
    expect([said(server.row.draft), desk.get().saving.name]).toEqual(['Mine', 'saved'])
  })

  it('is saved before it is published, and what is newer on the server is seen', async () => {
    const server = new Server()
    const { desk } = sit(server)
    desk.edit(say('Mine'))
    const published = await desk.saver.act((version) => {
      expect([version, said(server.row.draft)]).toEqual([2, 'Mine'])
      server.other({ state: 'published', published_number: 1 })
      return Promise.resolve('published')
    })
    expect([published, desk.get().detail.state, desk.get().detail.version]).toEqual(['published', 'published', 3])
    server.other({ draft: say('Theirs')(server.row.draft) })
    await desk.saver.look()
    expect([said(desk.graph), desk.get().history.past.length]).toEqual(['Theirs', 2])
  })
})
