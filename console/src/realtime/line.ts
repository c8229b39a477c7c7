/** The socket: one connection after the other, kept open by the rules of docs/socket.md. */
import { worded } from '../i18n/refusals'
import type { Command, Frame, FrameOf } from './frames'

export type LineState =
  | { readonly name: 'connecting' }
  | { readonly name: 'ready' }
  /** Another try begins at `until` (milliseconds of `Date.now()`). */
  | { readonly name: 'waiting'; readonly until: number }
  | { readonly name: 'ended'; readonly why: 'signed out' | 'refused' }

type Answer = Extract<Frame, { ref?: string | null }>
type Unreferenced<C> = C extends Command ? Omit<C, 'ref'> : never
export type CommandWithoutRef = Unreferenced<Command>

/** The server's `error` to a command; the command changed nothing. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused'
  readonly frame: FrameOf<'error'>

  constructor(frame: FrameOf<'error'>) {
    super(worded(frame.message, frame.code))
    this.frame = frame
  }

  /** Whether the same command may well be taken a little later. */
  get passes(): boolean {
    return PASSING.has(this.frame.code)
  }

  /** Milliseconds. */
  get retryAfter(): number {
    return this.frame.retry_after_ms ?? 1000
  }
}

/** The connection ended before the answer came: whether the command was done is not known. */
export class LineLost extends Error {
  override readonly name = 'LineLost'
}

export interface Surroundings {
  /** A new WebSocket to the server. */
  readonly open: () => WebSocket
  /** A single-use ticket, with which the socket's time is prolonged; rejects where the session is over. */
  readonly ticket: () => Promise<string>
  /** Whose line it is: where the server takes this browser for somebody else by now, it ends. Without one, anybody's. */
  readonly user?: string
  readonly random?: () => number
}

export interface Listener {
  /** A connection begins: everything is asked for again. `forget`: the database has another life, and what is held is void. */
  begun(ready: FrameOf<'ready'>, forget: boolean): void
  /** Whatever is no answer to a command. */
  heard(frame: Frame): void
  changed(state: LineState): void
}

const PASSING = new Set(['rate_limited', 'unavailable', 'internal'])
const AGAIN = new Set([1000, 1001, 1005, 1006, 1011, 1012, 1013, 4429, 4490, 4491])
const NEW_TOKEN = 4401
const FIRST_PAUSE = 500 // milliseconds; the pause is a random part of it, twice as much with each try
const LONGEST_PAUSE = 20_000
const BEGINS_WITHIN = 15_000
const ANSWER_WITHIN = 35_000 // a server gives a command 30 s
const ANSWERS_WITHIN = 5_000 // where somebody waits and looks at it
const NO_ROOM = '00000000-0000-0000-0000-000000000000'
const SILENT_PINGS = 2
const GRACE = 5_000
const RENEWED_BEFORE = 45_000
const OWN_CLOSE = 1000

export class Line {
  #socket: WebSocket | null = null
  #state: LineState = { name: 'connecting' }
  #waiting = new Map<string, { resolve: (frame: Answer) => void; reject: (error: Error) => void }>()
  #tries = 0
  #refs = 0
  #history: string | null = null
  #silence: Timer
  #pause: Timer
  #renewal: Timer

  readonly #around: Surroundings
  readonly #listener: Listener

  constructor(around: Surroundings, listener: Listener) {
    this.#around = around
    this.#listener = listener
  }

  get state(): LineState {
    return this.#state
  }

  /** Also once more, after it ended: somebody signed in again. */
  start(): void {
    this.#tries = 0
    this.#connect()
  }

  /** For good; nobody is told. */
  stop(): void {
    this.#state = { name: 'ended', why: 'signed out' }
    this.#drop()
    clearTimeout(this.#pause)
  }

  /** The network is back, or somebody looks again: no more waiting. */
  wake(): void {
    if (this.#state.name !== 'waiting') return
    clearTimeout(this.#pause)
    this.#tries = 0
    this.#connect()
  }

  /** The device slept, or nobody looked for long: unless something is heard within seconds, the connection is dead. */
  check(): void {
    const socket = this.#socket
    if (socket === null || this.#state.name !== 'ready') return
    this.sign({ type: 'leave-ticket-room', ticket: NO_ROOM, ref: 'check' }) // is always answered
    this.#listenFor(ANSWERS_WITHIN, socket)
  }

  /** The device says that its network is gone, which it knows before any silence tells. */
  lost(): void {
    if (this.#socket !== null) this.#cut(this.#socket)
  }

  /** The answer to a command. Rejects with CommandRefused, or LineLost where nothing is known of it. */
  command(command: CommandWithoutRef): Promise<Answer> {
    const socket = this.#socket
    if (socket === null || this.#state.name !== 'ready') return Promise.reject(new LineLost())
    const ref = String(++this.#refs)
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#cut(socket)
      }, ANSWER_WITHIN)
      const done = () => {
        clearTimeout(timer)
        this.#waiting.delete(ref)
      }
      this.#waiting.set(ref, {
        resolve: (frame) => {
          done()
          resolve(frame)
        },
        reject: (error) => {
          done()
          reject(error)
        },
      })
      socket.send(JSON.stringify({ ...command, ref }))
    })
  }

  /** A command whose answer nobody needs: a sign of typing that is lost is not missed. */
  sign(command: Command): void {
    if (this.#socket !== null && this.#state.name === 'ready') this.#socket.send(JSON.stringify(command))
  }

  #connect(): void {
    this.#become({ name: 'connecting' })
    const socket = this.#around.open()
    this.#socket = socket
    this.#listenFor(BEGINS_WITHIN, socket)
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.#socket) this.#take(JSON.parse(event.data) as Frame, socket)
    }
    socket.onclose = (event) => {
      if (socket === this.#socket) this.#closed(event.code)
    }
  }

  #take(frame: Frame, socket: WebSocket): void {
    if (frame.type === 'ready') {
      this.#begin(frame, socket)
      return
    }
    this.#listenFor(this.#patience, socket)
    if (frame.type === 'ping') this.sign({ type: 'pong', n: frame.n })
    if ('ref' in frame && typeof frame.ref === 'string') this.#answered(frame.ref, frame)
    else this.#listener.heard(frame)
  }

  #patience = BEGINS_WITHIN

  #begin(frame: FrameOf<'ready'>, socket: WebSocket): void {
    if (this.#around.user !== undefined && frame.user.id !== this.#around.user) {
      this.#drop()
      this.#become({ name: 'ended', why: 'signed out' })
      return
    }
    this.#patience = frame.ping_seconds * 1000 * SILENT_PINGS + GRACE
    this.#listenFor(this.#patience, socket)
    this.#renewBefore(frame, socket)
    if (this.#state.name === 'ready') return // it was prolonged
    const forget = this.#history !== null && this.#history !== frame.history
    this.#history = frame.history
    this.#tries = 0
    this.#become({ name: 'ready' })
    this.#listener.begun(frame, forget)
  }

  #answered(ref: string, frame: Answer): void {
    const waiting = this.#waiting.get(ref)
    if (frame.type === 'error') waiting?.reject(new CommandRefused(frame))
    else waiting?.resolve(frame)
  }

  /** Nothing came for so long: the connection is dead, whatever the browser says. */
  #listenFor(milliseconds: number, socket: WebSocket): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      this.#cut(socket)
    }, milliseconds)
  }

  /** Both moments are the server's: this machine's clock may be wrong by any time. */
  #renewBefore({ now, expires_at }: FrameOf<'ready'>, socket: WebSocket): void {
    clearTimeout(this.#renewal)
    const left = Date.parse(expires_at) - Date.parse(now) - RENEWED_BEFORE
    this.#renewal = setTimeout(() => {
      this.#around.ticket().then(
        (token) => {
          if (socket === this.#socket) this.sign({ type: 'authenticate', token })
        },
        () => undefined, // the server closes the socket when its time is over, and says why
      )
    }, Math.min(Math.max(left, 1000), 2 ** 31 - 1))
  }

  #cut(socket: WebSocket): void {
    if (socket !== this.#socket) return
    this.#closed(1006)
  }

  #closed(code: number): void {
    const began = this.#state.name === 'ready'
    this.#drop()
    if (AGAIN.has(code) || (code === NEW_TOKEN && began)) this.#waitForNext() // its time may be over, and the cookie still good
    else if (code === NEW_TOKEN) this.#become({ name: 'ended', why: 'signed out' })
    else this.#become({ name: 'ended', why: 'refused' })
  }

  #waitForNext(): void {
    const most = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#tries++)
    const pause = (this.#around.random ?? Math.random)() * most
    this.#become({ name: 'waiting', until: Date.now() + pause })
    this.#pause = setTimeout(() => {
      this.#connect()
    }, pause)
  }

  #drop(): void {
    clearTimeout(this.#silence)
    clearTimeout(this.#renewal)
    const socket = this.#socket
    this.#socket = null
    if (socket !== null && socket.readyState < WebSocket.CLOSING) socket.close(OWN_CLOSE)
    for (const { reject } of [...this.#waiting.values()]) reject(new LineLost())
  }

  #become(state: LineState): void {
    this.#state = state
    this.#listener.changed(state)
  }
}

type Timer = ReturnType<typeof setTimeout> | undefined
export type JoinAnswer = FrameOf<'batch'> | FrameOf<'reset'>
