/** The conversations that are open, each heard without a hole whatever the line does. */
import type { Entry, Frame, FrameOf } from './frames'
import { CommandRefused, type JoinAnswer, type Line, LineLost } from './line'
import { Log } from './log'

/** What REST has of a conversation, as `GET tickets/{id}/entries/` answers. */
export interface Page {
  readonly entries: readonly Entry[]
  readonly head: number
  readonly more: boolean
}

export interface Pages {
  /** The last entries before this number, or of all where it is null, in their order. */
  before(ticket: string, seq: number | null): Promise<Page>
}

export type RoomState = 'opening' | 'open' | 'gone' | 'failed'

export interface View {
  readonly state: RoomState
  readonly entries: readonly Entry[]
  /** Whether there are earlier entries to load. */
  readonly earlier: boolean
  readonly loading: boolean
  /** Who has read up to which number, by user. */
  readonly reads: ReadonlyMap<string, number>
}

const RETRY_AFTER = 2_000 // milliseconds, for what the line cannot tell us

class Room {
  log: Log | null = null
  state: RoomState = 'opening'
  asking = false
  loading = false
  reads = new Map<string, number>()
  watchers = new Set<() => void>()
  view: View = { state: 'opening', entries: [], earlier: false, loading: true, reads: new Map() }
}

export class Rooms {
  readonly #rooms = new Map<string, Room>()
  readonly #line: Line
  readonly #pages: Pages
  readonly #heardBy: (ticket: string) => boolean

  /** Rooms that are `heardBy` somebody else too are not left. */
  constructor(line: Line, pages: Pages, heardBy: (ticket: string) => boolean = () => false) {
    this.#line = line
    this.#pages = pages
    this.#heardBy = heardBy
  }

  has(ticket: string): boolean {
    return this.#rooms.has(ticket)
  }

  /** Hear a conversation from now on; `changed` is called whenever its view is another. Returns how to end that. */
  watch(ticket: string, changed: () => void): () => void {
    const room = this.#rooms.get(ticket) ?? new Room()
    room.watchers.add(changed)
    if (!this.#rooms.has(ticket)) {
      this.#rooms.set(ticket, room)
      void this.#open(ticket, room)
    }
    return () => {
      room.watchers.delete(changed)
      if (room.watchers.size > 0 || this.#rooms.get(ticket) !== room) return
      this.#rooms.delete(ticket)
      if (!this.#heardBy(ticket)) this.#line.sign({ type: 'leave-ticket-room', ticket })
    }
  }

  /** What is seen of it now; the same object as long as nothing changed. */
  view(ticket: string): View | undefined {
    return this.#rooms.get(ticket)?.view
  }

  /** Earlier entries, where there are any. */
  async loadEarlier(ticket: string): Promise<void> {
    const room = this.#rooms.get(ticket)
    if (!room?.log || room.loading || room.log.before === 0) return
    room.loading = true
    this.#show(room)
    try {
      const log = room.log
      const page = await this.#pages.before(ticket, log.before + 1)
      log.prepend(page.entries)
    } finally {
      room.loading = false
      this.#show(room)
    }
  }

  /** A connection began. */
  begun(forget: boolean): void {
    for (const [ticket, room] of this.#rooms) {
      if (forget || room.log === null) {
        room.log = null
        void this.#open(ticket, room)
      } else void this.#catchUp(ticket, room)
    }
  }

  heard(frame: Frame): void {
    if (frame.type === 'entry') this.#apply(frame.ticket, [frame.entry], frame.seq)
    else if (frame.type === 'ping') for (const [ticket, head] of Object.entries(frame.heads)) this.#apply(ticket, [], head)
    else if (frame.type === 'read') this.#read(frame)
    else if (frame.type === 'access-changed') for (const ticket of frame.left) this.#lose(ticket)
  }

  /** One's own message was stored: it is not told to the tab that sent it. */
  stored(ticket: string, entry: Entry): void {
    this.#apply(ticket, [entry], entry.seq)
  }

  /** A number exists that this tab may not have. */
  hearOf(ticket: string, seq: number): void {
    this.#apply(ticket, [], seq)
  }

  #apply(ticket: string, entries: readonly Entry[], head: number): void {
    const room = this.#rooms.get(ticket)
    if (!room?.log) return // it is being opened, and its first page holds this
    room.log.hearOf(head)
    room.log.takeAll(entries)
    this.#show(room)
    if (room.log.incomplete) void this.#catchUp(ticket, room)
  }

  async #open(ticket: string, room: Room): Promise<void> {
    room.state = 'opening'
    room.loading = true
    this.#show(room)
    try {
      const page = await this.#pages.before(ticket, null)
      if (this.#rooms.get(ticket) !== room) return
      const log = new Log((page.entries[0]?.seq ?? page.head + 1) - 1)
      log.takeAll(page.entries)
      log.hearOf(page.head)
      room.log = log
      room.state = 'open'
      room.loading = false
      this.#show(room)
      await this.#catchUp(ticket, room)
    } catch (error) {
      if (this.#rooms.get(ticket) !== room) return
      room.loading = false
      room.state = isGone(error) ? 'gone' : 'failed'
      this.#show(room)
    }
  }

  /** Join, and ask for what is missing until nothing is; one question at a time. */
  async #catchUp(ticket: string, room: Room): Promise<void> {
    if (room.asking) return
    room.asking = true
    try {
      do await this.#join(ticket, room)
      while (room.log?.incomplete === true && this.#rooms.get(ticket) === room)
    } catch (error) {
      this.#failed(ticket, room, error)
    } finally {
      room.asking = false
      this.#show(room)
    }
  }

  async #join(ticket: string, room: Room): Promise<void> {
    const log = room.log
    if (log === null) return
    const answer = (await this.#line.command({ type: 'join-ticket-room', ticket, after: log.last })) as JoinAnswer
    if (room.log !== log) return
    if (answer.type === 'reset') {
      room.log = null
      await this.#open(ticket, room)
      return
    }
    log.takeAll(answer.entries)
    log.hearOf(answer.head)
    for (const mark of answer.reads) readUpTo(room, mark)
  }

  #failed(ticket: string, room: Room, error: unknown): void {
    if (error instanceof LineLost) return // the next connection asks again
    if (error instanceof CommandRefused && !error.passes) {
      this.#lose(ticket)
      return
    }
    const after = error instanceof CommandRefused ? error.retryAfter : RETRY_AFTER
    setTimeout(() => {
      if (this.#rooms.get(ticket) === room) void this.#catchUp(ticket, room)
    }, after)
  }

  #read(frame: FrameOf<'read'>): void {
    const room = this.#rooms.get(frame.ticket)
    if (room === undefined) return
    readUpTo(room, frame)
    this.#show(room)
  }

  #lose(ticket: string): void {
    const room = this.#rooms.get(ticket)
    if (room === undefined) return
    room.state = 'gone'
    room.log = null
    this.#show(room)
  }

  #show(room: Room): void {
    const { log, state, loading } = room
    room.view = { state, loading, entries: log?.entries ?? [], earlier: (log?.before ?? 0) > 0, reads: new Map(room.reads) }
    for (const changed of room.watchers) changed()
  }
}

function readUpTo(room: Room, mark: { readonly user: { readonly id: string | null }; readonly seq: number }): void {
  if (mark.user.id !== null) room.reads.set(mark.user.id, Math.max(mark.seq, room.reads.get(mark.user.id) ?? 0))
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'status' in error && (error.status === 404 || error.status === 403)
}
