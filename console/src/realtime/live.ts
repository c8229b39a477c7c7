/** What a signed-in tab hears and says: one line, its rooms, what is unsent, and which cached answers are old by now. */
import type { QueryClient } from '@tanstack/react-query'

import { type Api, data } from '../api/client'
import { ApiError } from '../api/errors'
import { keys } from '../api/keys'
import { serverClock } from '../app/clock'
import type { components } from '../api/schema'
import { limitsOf } from '../files/limits'
import { upload } from '../files/upload'
import { Drafts, type Saved, type Word } from './drafts'
import { Ears } from './ears'
import { Files } from './files'
import type { Attachment, Entry, Frame, FrameOf, Person } from './frames'
import { CommandRefused, Line, type LineState } from './line'
import { Presence } from './presence'
import { type Page, Rooms } from './rooms'
import { type Alone, Sender } from './sender'
import { newShelf, type Shelf } from './shelf'
import { Messages, type Unsent } from './unsent'

export type Me = components['schemas']['Me']

const SOCKET = '/ws/v1/'
const TOGETHER = 150 // milliseconds: hints that come close together fetch a list once
const LISTS_EVERY = 1_000 // and however many come, no more often than this
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

/** A ticket that a message went to instead. */
export interface Place {
  readonly id: string
  readonly number: string
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
  /** Changes whenever `files` does. */
  readonly filed = new Watched(0)
  /** Where messages went that were sent to a ticket which is over. */
  readonly elsewhere = new Watched<ReadonlyMap<string, Place>>(new Map())
  readonly line: Line
  readonly rooms: Rooms
  readonly presence: Presence
  readonly sender: Sender
  readonly files: Files
  readonly drafts: Drafts
  readonly ears: Ears
  readonly shelf: Shelf = newShelf()
  readonly #listeners = new Set<(frame: Frame) => void>()
  readonly #said = new Set<(ticket: string, entry: Entry) => void>()
  readonly #cache: QueryClient
  readonly #me: Me
  readonly #unread = new Map<string, number>() // how far one has read, where the server has not heard it
  readonly #tab = crypto.randomUUID()
  #tabs: BroadcastChannel | undefined
  #due: ReturnType<typeof setTimeout> | undefined
  #hiddenSince = 0
  #listsFetchedAt = -LISTS_EVERY

  constructor(api: Api, cache: QueryClient, me: Me) {
    this.#cache = cache
    this.#me = me
    this.line = new Line(
      { open: () => new WebSocket(SOCKET), ticket: async () => (await data(api.POST('/api/v1/auth/socket-ticket/'))).ticket, user: me.id },
      {
        begun: (ready, forget) => {
          serverClock.heard(ready.now)
          this.presence.begun()
          this.rooms.begun(forget)
          this.ears.begun(forget)
          this.files.begun()
          this.sender.send()
          this.drafts.begun()
          this.#fetchAgain()
        },
        heard: (frame) => {
          this.presence.heard(frame)
          this.rooms.heard(frame)
          this.ears.heard(frame)
          if (frame.type === 'draft-changed') this.drafts.heard(frame)
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
    this.presence = new Presence((command) => { this.line.sign(command) }, me.id)
    this.rooms = new Rooms(this.line, { before: (ticket, seq) => entriesBefore(api, ticket, seq) }, {
      joined: (ticket) => { this.presence.joined(ticket); void this.#sayRead(ticket) }, heardBy: (ticket) => this.ears.has(ticket),
      drawn: () => new Promise(requestAnimationFrame),
    })
    this.ears = new Ears(this.line, (ticket, entry) => { for (const told of this.#said) told(ticket, entry) }, (ticket) => this.rooms.has(ticket))
    const { shelf } = this
    this.files = new Files({
      user: me.id, shelf, alone, changed: () => { this.filed.set(this.filed.get() + 1) },
      upload: async (content, name, progress, signal) => upload(new File([content], name, { type: content.type }), await cache.query(limitsOf(api)), { user: me.id, progress, signal }).catch(this.#over),
      discard: (id) => api.DELETE('/api/v1/upload/{upload}/', { params: { path: { upload: id } } }),
    })
    this.drafts = new Drafts({ user: me.id, shelf, api: draftApi(api, this.#tab, this.#over), tell: (word) => this.#tabs?.postMessage(word) })
    this.sender = new Sender({
      user: me.id, line: this.line, store: new Messages(shelf), files: this.files, alone,
      changed: (unsent) => {
        this.unsent.set(unsent)
        this.#tabs?.postMessage(null)
      },
      acknowledged: (message, answer, attachments) => {
        this.#stored(message, answer, attachments)
      },
    })
  }

  /** Until what it returns is called. */
  start(): () => void {
    const ended = new AbortController()
    const { signal } = ended
    const tabs = new BroadcastChannel(`pandar unsent ${this.#me.id}`)
    tabs.onmessage = async ({ data: word }: MessageEvent<Word | null>) => {
      if (word !== null) this.drafts.told(word)
      else this.unsent.set(await this.sender.kept())
    }
    this.#tabs = tabs
    addEventListener('offline', () => { this.line.lost() }, { signal })
    addEventListener('online', () => { this.line.wake(); this.line.check() }, { signal })
    const beating = this.#noticeSleep()
    document.addEventListener('visibilitychange', () => { this.#seen() }, { signal })
    void this.sender.refresh()
    void this.files.refresh().then(() => { this.files.begun() })
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

  /** The same person signed in again: connect, and go on with what was kept. A line that is open still is of the session that ended, which
      the server tells it a moment later. */
  resume(): void {
    if (this.state.get().name === 'ended') this.line.start()
    else this.line.lost()
  }

  /** One has read up to there; what is counted as unread is counted again. */
  async read(ticket: string, seq: number): Promise<void> {
    this.rooms.read(ticket, personOf(this.#me), seq)
    this.#unread.set(ticket, seq)
    await this.#sayRead(ticket)
    this.#listsAreOld()
    void this.#cache.invalidateQueries({ queryKey: keys.mine })
  }

  /** Whether one has read that far, as this tab knows. */
  hasRead(ticket: string, seq: number): boolean {
    return (this.rooms.view(ticket)?.reads.get(this.#me.id)?.seq ?? 0) >= seq
  }

  /** Until the server heard it: what is lost with the line is said again when the room is joined. */
  async #sayRead(ticket: string): Promise<void> {
    const seq = this.#unread.get(ticket)
    if (seq === undefined) return
    try {
      await this.line.command({ type: 'read', ticket, seq })
      if (this.#unread.get(ticket) === seq) this.#unread.delete(ticket)
    } catch (error) {
      if (error instanceof CommandRefused && error.passes) setTimeout(() => void this.#sayRead(ticket), error.retryAfter)
    }
  }

  /** Who is here is asked again where an answer says that it is not this user any more. */
  readonly #over = (error: unknown): never => {
    if (error instanceof ApiError && error.sessionOver) void this.#cache.invalidateQueries({ queryKey: keys.me })
    throw error
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

  #stored(message: Unsent, answer: FrameOf<'ok'>, attachments: readonly Attachment[]): void {
    const { seq, id, created_at, ticket } = answer
    if (seq === undefined || id === undefined || created_at === undefined) return
    if (ticket !== undefined && ticket.id !== message.ticket) {
      this.elsewhere.set(new Map(this.elsewhere.get()).set(message.ticket, ticket))
      this.rooms.hearOf(ticket.id, seq)
      void this.#cache.invalidateQueries({ queryKey: keys.ticket(message.ticket) })
      return
    }
    if (answer.duplicate === true) {
      this.rooms.hearOf(message.ticket, seq) // it may have been changed since
      return
    }
    this.rooms.stored(message.ticket, {
      kind: 'message', id, seq, created_at, sender: personOf(this.#me), internal: message.internal,
      text: message.text, client_id: message.clientId, attachments: [...attachments], edited_at: null, deleted_at: null,
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
      this.#listsFetchedAt = performance.now()
      void this.#cache.invalidateQueries({ queryKey: keys.lists })
    }, Math.max(TOGETHER, this.#listsFetchedAt + LISTS_EVERY - performance.now()))
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

function personOf({ id, name, staff }: Me): Person {
  return { id, name, staff }
}

async function entriesBefore(api: Api, ticket: string, seq: number | null): Promise<Page> {
  const query = { before: seq ?? Number.MAX_SAFE_INTEGER }
  return data(api.GET('/api/v1/tickets/{ticket}/entries/', { params: { path: { ticket }, query } }))
}

function draftApi(api: Api, tab: string, over: (error: unknown) => never): ConstructorParameters<typeof Drafts>[0]['api'] {
  const saved = (draft: { text: string; saved_at: string } | null): Saved => ({ text: draft?.text ?? '', at: draft?.saved_at ?? null })
  return {
    async get(ticket) {
      const { reply, note } = await data(api.GET('/api/v1/tickets/{ticket}/draft/', { params: { path: { ticket } } })).catch(over)
      return { reply: saved(reply), note: saved(note) }
    },
    async put(ticket, internal, text, seen) {
      const body = { text, internal, seen, tab }
      return (await data(api.PUT('/api/v1/tickets/{ticket}/draft/', { params: { path: { ticket } }, body })).catch(over)).saved_at
    },
  }
}

const alone: Alone = (name, work) => navigator.locks.request(name, work) as ReturnType<typeof work>
