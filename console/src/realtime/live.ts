/** What a signed-in tab hears and says: one line, its rooms, what is unsent, and which cached answers are old by now. */
import type { QueryClient } from '@tanstack/react-query'

import { type Api, data } from '../api/client'
import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { Ears } from './ears'
import type { Entry, Frame, FrameOf } from './frames'
import { Line, type LineState } from './line'
import { type Page, Rooms } from './rooms'
import { type Alone, Sender } from './sender'
import { DiskStore, MemoryStore, type Store, type Unsent } from './unsent'

export type Me = components['schemas']['Me']

const SOCKET = '/ws/v1/'
const TOGETHER = 150 // milliseconds: hints that come close together fetch a list once
const LONG_HIDDEN = 60_000
const BEAT = 2_000
const SLEPT = 10_000 // milliseconds between two beats: the device was asleep, or its browser was

/** A value that components watch. */
export class Watched<Value> {
  #value: Value
  readonly #watchers = new Set<() => void>()

  constructor(value: Value) {
    this.#value = value
  }

  readonly get = (): Value => this.#value

  readonly watch = (changed: () => void): (() => void) => {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  set(value: Value): void {
    this.#value = value
    for (const changed of this.#watchers) changed()
  }
}

export class Live {
  readonly state = new Watched<LineState>({ name: 'connecting' })
  /** Since when there is no connection (milliseconds of `Date.now()`); null while there is one. */
  readonly lostAt = new Watched<number | null>(Date.now())
  /** When one's rights last changed, as far as this tab heard. */
  readonly rightsChangedAt = new Watched<number | null>(null)
  readonly unsent = new Watched<readonly Unsent[]>([])
  /** How often the queue was said to have moved, to whoever asked by `watch-queue`. */
  readonly queueMoves = new Watched(0)
  readonly line: Line
  readonly rooms: Rooms
  readonly sender: Sender
  readonly ears: Ears
  readonly #listeners = new Set<(frame: Frame) => void>()
  readonly #said = new Set<(ticket: string, entry: Entry) => void>()
  readonly #cache: QueryClient
  readonly #user: string
  #tabs: BroadcastChannel | undefined
  #due: ReturnType<typeof setTimeout> | undefined
  #hiddenSince = 0

  constructor(api: Api, cache: QueryClient, me: Me) {
    this.#cache = cache
    this.#user = me.id
    this.line = new Line(
      { open: () => new WebSocket(SOCKET), ticket: async () => (await data(api.POST('/api/v1/auth/socket-ticket/'))).ticket },
      {
        begun: (_, forget) => {
          this.rooms.begun(forget)
          this.ears.begun(forget)
          this.sender.send()
          this.#fetchAgain()
        },
        heard: (frame) => {
          this.rooms.heard(frame)
          this.ears.heard(frame)
          this.#hint(frame)
          for (const listener of this.#listeners) listener(frame)
        },
        changed: (state) => {
          this.state.set(state)
          if (state.name === 'ready') this.lostAt.set(null)
          else if (this.lostAt.get() === null) this.lostAt.set(Date.now())
          if (state.name === 'ended') void cache.invalidateQueries({ queryKey: keys.me })
        },
      },
    )
    this.rooms = new Rooms(this.line, { before: (ticket, seq) => entriesBefore(api, ticket, seq) }, (ticket) => this.ears.has(ticket))
    this.ears = new Ears(this.line, (ticket, entry) => { for (const told of this.#said) told(ticket, entry) }, (ticket) => this.rooms.has(ticket))
    this.sender = new Sender({
      user: me.id, line: this.line, store: newStore(), alone,
      changed: (unsent) => {
        this.unsent.set(unsent)
        this.#tabs?.postMessage(null)
      },
      acknowledged: (message, answer) => {
        this.#stored(message, answer, me)
      },
    })
  }

  /** Until what it returns is called. */
  start(): () => void {
    const ended = new AbortController()
    const { signal } = ended
    const tabs = new BroadcastChannel(`pandar unsent ${this.#user}`)
    tabs.onmessage = async () => {
      this.unsent.set(await this.sender.kept())
    }
    this.#tabs = tabs
    addEventListener('offline', () => { this.line.lost() }, { signal })
    addEventListener('online', () => { this.line.wake(); this.line.check() }, { signal })
    const beating = this.#noticeSleep()
    document.addEventListener('visibilitychange', () => { this.#seen() }, { signal })
    void this.sender.refresh()
    this.line.start()
    return () => {
      ended.abort()
      this.#tabs = undefined
      tabs.close()
      this.line.stop()
      clearTimeout(this.#due)
      clearInterval(beating)
    }
  }

  /** Whatever the server tells by itself. Returns how to end that. */
  listen(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What is said in the tickets that `ears` listens to, each entry once. Returns how to end that. */
  overhear(told: (ticket: string, entry: Entry) => void): () => void {
    this.#said.add(told)
    return () => this.#said.delete(told)
  }

  /** The same person signed in again: connect, and go on with what was kept. */
  resume(): void {
    if (this.state.get().name === 'ended') this.line.start()
  }

  /** One has read up to there; what is counted as unread is counted again. */
  async read(ticket: string, seq: number): Promise<void> {
    await this.line.command({ type: 'read', ticket, seq }).catch(() => undefined) // lost with the line: the next one says it again
    this.#listsAreOld()
    void this.#cache.invalidateQueries({ queryKey: keys.mine })
  }

  #noticeSleep(): ReturnType<typeof setInterval> {
    let last = Date.now()
    return setInterval(() => {
      const now = Date.now()
      if (now - last > SLEPT) {
        this.line.wake()
        this.line.check()
      }
      last = now
    }, BEAT)
  }

  #stored(message: Unsent, answer: FrameOf<'ok'>, me: Me): void {
    const { seq, id, created_at } = answer
    if (seq === undefined || id === undefined || created_at === undefined) return
    if (answer.duplicate === true || message.attachments.length > 0) {
      this.rooms.hearOf(message.ticket, seq) // it may have been changed since; files are described by the server
      return
    }
    this.rooms.stored(message.ticket, {
      kind: 'message', id, seq, created_at, sender: { id: me.id, name: me.name, staff: me.staff }, internal: message.internal,
      text: message.text, client_id: message.clientId, attachments: [], edited_at: null, deleted_at: null,
    })
  }

  #hint(frame: Frame): void {
    switch (frame.type) {
      case 'access-changed':
        this.rightsChangedAt.set(Date.now())
        this.#fetchAgain()
        break
      case 'stale':
        this.#fetchAgain()
        break
      case 'ticket-updated':
      case 'ticket-assigned':
        void this.#cache.invalidateQueries({ queryKey: keys.ticket(frame.ticket) })
        this.#listsAreOld()
        break
      case 'entry':
      case 'new-ticket':
      case 'queue-updated':
      case 'sla-warning':
      case 'sla-breach':
        this.#listsAreOld()
        break
      case 'queue-moved':
        this.queueMoves.set(this.queueMoves.get() + 1)
        break
      case 'agent-status-changed':
        void this.#cache.invalidateQueries({ queryKey: keys.agents })
        break
      default:
    }
  }

  #listsAreOld(): void {
    this.#due ??= setTimeout(() => {
      this.#due = undefined
      void this.#cache.invalidateQueries({ queryKey: keys.lists })
    }, TOGETHER)
  }

  #fetchAgain(): void {
    void this.#cache.invalidateQueries()
  }

  #seen(): void {
    if (document.visibilityState === 'hidden') {
      this.#hiddenSince = Date.now()
      return
    }
    this.line.wake()
    this.line.check()
    if (Date.now() - this.#hiddenSince > LONG_HIDDEN) this.#fetchAgain()
  }
}

async function entriesBefore(api: Api, ticket: string, seq: number | null): Promise<Page> {
  const query = { before: seq ?? Number.MAX_SAFE_INTEGER }
  return data(api.GET('/api/v1/tickets/{ticket}/entries/', { params: { path: { ticket }, query } }))
}

function newStore(): Store {
  return typeof indexedDB === 'undefined' ? new MemoryStore() : new DiskStore()
}

const alone: Alone = (name, work) => navigator.locks.request(name, work) as ReturnType<typeof work>
