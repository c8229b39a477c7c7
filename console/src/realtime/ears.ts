/** What is said in tickets that one has and does not look at: each entry is told once, whatever the line does meanwhile. */
import type { Entry, Frame } from './frames'
import { type JoinAnswer, type Line, LineLost } from './line'

export interface Listened {
  readonly id: string
  /** The last number when it was asked for. */
  readonly head: number
}

interface Ear {
  last: number
  asking: boolean
  /** What it hears first is old: the numbers mean something else than before. */
  anew: boolean
}

export class Ears {
  readonly #ears = new Map<string, Ear>()
  readonly #line: Line
  readonly #told: (ticket: string, entry: Entry) => void
  readonly #open: (ticket: string) => boolean

  /** Rooms that are `open` otherwise too are not left. */
  constructor(line: Line, told: (ticket: string, entry: Entry) => void, open: (ticket: string) => boolean) {
    this.#line = line
    this.#told = told
    this.#open = open
  }

  has(ticket: string): boolean {
    return this.#ears.has(ticket)
  }

  /** Listen to these and to no others. */
  set(tickets: readonly Listened[]): void {
    const wanted = new Set(tickets.map(({ id }) => id))
    for (const ticket of [...this.#ears.keys()].filter((id) => !wanted.has(id))) {
      this.#ears.delete(ticket)
      if (!this.#open(ticket)) this.#line.sign({ type: 'leave-ticket-room', ticket })
    }
    for (const { id, head } of tickets) {
      if (this.#ears.has(id)) continue
      const ear = { last: head, asking: false, anew: false }
      this.#ears.set(id, ear)
      void this.#join(id, ear)
    }
  }

  /** A connection began. After a restore the old numbers mean nothing, and what is there is not told as new. */
  begun(forget: boolean): void {
    for (const [ticket, ear] of this.#ears) {
      if (forget) Object.assign(ear, { last: 0, anew: true })
      void this.#join(ticket, ear)
    }
  }

  heard(frame: Frame): void {
    if (frame.type === 'entry') this.#take(frame.ticket, frame.entry, frame.seq)
    else if (frame.type === 'ping') for (const [ticket, head] of Object.entries(frame.heads)) this.#reach(ticket, head)
    else if (frame.type === 'access-changed') for (const ticket of frame.left) this.#ears.delete(ticket)
  }

  #take(ticket: string, entry: Entry, seq: number): void {
    const ear = this.#ears.get(ticket)
    if (ear === undefined || seq <= ear.last) return
    if (seq > ear.last + 1) {
      void this.#join(ticket, ear)
      return
    }
    ear.last = seq
    this.#told(ticket, entry)
  }

  #reach(ticket: string, head: number): void {
    const ear = this.#ears.get(ticket)
    if (ear !== undefined && head > ear.last) void this.#join(ticket, ear)
  }

  async #join(ticket: string, ear: Ear): Promise<void> {
    if (ear.asking) return
    ear.asking = true
    try {
      for (let more = true; more && this.#ears.get(ticket) === ear; more = await this.#ask(ticket, ear));
    } catch (error) {
      if (!(error instanceof LineLost)) this.#ears.delete(ticket) // it is not ours any more; the list of ours says whether it is again
    } finally {
      ear.asking = false
    }
  }

  /** Whether there is more. */
  async #ask(ticket: string, ear: Ear): Promise<boolean> {
    const answer = (await this.#line.command({ type: 'join-ticket-room', ticket, after: ear.last })) as JoinAnswer
    if (answer.type === 'reset' || ear.anew) {
      Object.assign(ear, { last: answer.head, anew: false }) // so far behind that one looks for oneself
      return true
    }
    for (const entry of answer.entries) this.#take(ticket, entry, entry.seq)
    ear.last = Math.max(ear.last, answer.to)
    return answer.more
  }
}
