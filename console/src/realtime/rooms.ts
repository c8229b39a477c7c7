/** The conversations that are open, each heard without a hole whatever the line does. */
import type { Entry, Frame, FrameOf, Person } from './frames'
import { CommandRefused, type JoinAnswer, type Line, LineLost } from './line'
import { Log } from './log'

/** What REST has of a conversation, as `GET tickets/{id}/entries/` answers. */
export interface Page {
  readonly entries: readonly Entry[]
  readonly head: number
  readonly more: boolean
  readonly reads: readonly Reader[]
}

/** Somebody who has read up to a number. */
export interface Reader {
  readonly user: Person
  readonly seq: number
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
  /** Earlier entries were asked for, and did not come. */
  readonly stuck: boolean
  /** Who has read how far, by user. */
  readonly reads: ReadonlyMap<string, Reader>
}

export interface Surroundings {
  /** A room is heard from now on, also after each new connection. */
  readonly joined?: (ticket: string) => void
  /** Rooms that somebody else of this tab hears too are not left. */
  readonly heardBy?: (ticket: string) => boolean
  /** Resolves when what was shown is drawn. */
  readonly drawn?: () => Promise<unknown>
  /** How many conversations that nobody looks at are still heard, so that one comes back to them at once. */
  readonly warm?: number
}

const WARM = 12
const KEPT_OF_WARM = 150 // entries
const HOUSE = '' // all of the staff are one reader to a customer
const NOTHING: View = { state: 'opening', entries: [], earlier: false, loading: true, stuck: false, reads: new Map() }
const PIECE = 25 // entries of an earlier page that come into one frame, so that whoever scrolls does not notice
const RETRY_AFTER = 2_000 // milliseconds, for what the line cannot tell us

class Room {
  log: Log | null = null
  state: RoomState = 'opening'
  asking = false
  loading = false
  stuck = false
  reads: ReadonlyMap<string, Reader> = new Map()
  watchers = new Set<() => void>()
  view = NOTHING
}

export class Rooms {
  readonly #rooms = new Map<string, Room>()
  readonly #line: Line
  readonly #pages: Pages
  readonly #joined: (ticket: string) => void
  readonly #heardBy: (ticket: string) => boolean
  readonly #drawn: () => Promise<unknown>
  readonly #warm: number

  constructor(line: Line, pages: Pages, { joined = () => undefined, heardBy = () => false, drawn = () => Promise.resolve(), warm = WARM }: Surroundings = {}) {
    this.#line = line
    this.#pages = pages
    this.#joined = joined
    this.#heardBy = heardBy
    this.#drawn = drawn
    this.#warm = warm
  }

  has(ticket: string): boolean {
    return this.#rooms.has(ticket)
  }

  /** Hear a conversation from now on; `changed` is called whenever its view is another. Returns how to end that. */
  watch(ticket: string, changed: () => void): () => void {
    const known = this.#rooms.get(ticket)
    const room = known ?? new Room()
    room.watchers.add(changed)
    this.#rooms.delete(ticket)
    this.#rooms.set(ticket, room) // the last in the order of the map is the one that was looked at last
    if (known === undefined || known.state === 'failed' || known.state === 'gone') void this.#open(ticket, room)
    return () => {
      room.watchers.delete(changed)
      if (room.watchers.size === 0 && this.#rooms.get(ticket) === room) this.#cool(ticket, room)
    }
  }

  /** Somebody may look at it soon: it is heard already, as one that was just left. */
  prepare(ticket: string): void {
    if (this.#rooms.has(ticket)) return
    const room = new Room()
    this.#rooms.set(ticket, room)
    this.#leaveIdle()
    void this.#open(ticket, room)
  }

  /** Nobody looks at it any more: it is heard for a while, and the ones that waited longest are left. */
  #cool(ticket: string, room: Room): void {
    room.log?.trim(KEPT_OF_WARM)
    this.#rooms.delete(ticket)
    this.#rooms.set(ticket, room)
    this.#show(room)
    this.#leaveIdle()
  }

  #leaveIdle(): void {
    const idle = [...this.#rooms].filter(([, { watchers }]) => watchers.size === 0)
    for (const [left] of idle.slice(0, Math.max(0, idle.length - this.#warm))) {
      this.#rooms.delete(left)
      if (!this.#heardBy(left)) this.#line.sign({ type: 'leave-ticket-room', ticket: left })
    }
  }

  /** Once more, after it failed. */
  again(ticket: string): void {
    const room = this.#rooms.get(ticket)
    if (room?.state === 'failed') void this.#open(ticket, room)
  }

  /** One has read up to a number oneself. */
  read(ticket: string, user: Person, seq: number): void {
    const room = this.#rooms.get(ticket)
    if (room === undefined) return
    readUpTo(room, { user, seq })
    this.#show(room)
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
    room.stuck = false
    this.#show(room)
    try {
      const log = room.log
      const { entries } = await this.#pages.before(ticket, log.before + 1)
      for (let end = entries.length; end > 0; end -= PIECE) {
        if (end < entries.length) {
          this.#show(room)
          await this.#drawn()
        }
        log.prepend(entries.slice(Math.max(0, end - PIECE), end))
      }
    } catch {
      room.stuck = true
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
    else if (frame.type === 'access-changed') this.#follow(frame.left)
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
      for (const mark of page.reads) readUpTo(room, mark)
      room.log = log
      room.state = 'open'
      room.loading = false
      this.#show(room)
      await this.#catchUp(ticket, room)
    } catch (error) {
      if (this.#rooms.get(ticket) !== room) return
      room.loading = false
      room.state = room.log !== null ? 'open' : isGone(error) ? 'gone' : 'failed'
      if (room.watchers.size === 0) this.#rooms.delete(ticket) // whoever looks at it begins anew
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
    this.#joined(ticket)
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

  /** One's rights are others: some rooms are not one's own any more, and what was none may be one again. */
  #follow(left: readonly string[]): void {
    for (const ticket of left) this.#lose(ticket)
    for (const [ticket, room] of this.#rooms) {
      if (room.state === 'gone' && room.watchers.size > 0 && !left.includes(ticket)) void this.#open(ticket, room)
    }
  }

  #lose(ticket: string): void {
    const room = this.#rooms.get(ticket)
    if (room === undefined) return
    room.state = 'gone'
    room.log = null
    this.#show(room)
  }

  #show(room: Room): void {
    const { log, state, loading, stuck, reads } = room
    room.view = { state, loading, stuck, entries: log?.entries ?? [], earlier: (log?.before ?? 0) > 0, reads }
    for (const changed of room.watchers) changed()
  }
}

function readUpTo(room: Room, { user, seq }: Reader): void {
  const key = user.id ?? HOUSE
  if (seq <= (room.reads.get(key)?.seq ?? 0)) return
  room.reads = new Map(room.reads).set(key, { user, seq })
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'status' in error && (error.status === 404 || error.status === 403)
}
