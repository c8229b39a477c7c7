/** What is held of one conversation: numbered entries without a hole, and how a hole is noticed. docs/socket.md has the rules. */
import type { Entry } from './frames'

export type Outcome = 'applied' | 'dropped' | 'held'

/**
 * Entries `first` to `last`. A reader begins at the end and loads upward, so that `first` need not be 1; what comes too early is held
 * until the missing ones are here. Every change makes a new `entries`, which is compared by identity.
 */
export class Log {
  #entries: readonly Entry[] = []
  #held = new Map<number, Entry>()
  #before: number // the number before the first entry
  #head: number

  /** `before`: the number after which this log begins, 0 for all of it. */
  constructor(before = 0) {
    this.#before = before
    this.#head = before
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** The number of the last entry that is here with all before it. */
  get last(): number {
    return this.#before + this.#entries.length
  }

  /** The number before the first entry: what `before` of an upward page is asked with, less one; 0 at the beginning. */
  get before(): number {
    return this.#before
  }

  /** The highest number that is known to exist. */
  get head(): number {
    return this.#head
  }

  /** Whether something is known to exist that is not here: ask for what comes after `last`. */
  get incomplete(): boolean {
    return this.#head > this.last
  }

  /** The next one is applied, and with it what waited for it; a known one is dropped; a later one held. */
  take(entry: Entry): Outcome {
    this.hearOf(entry.seq)
    if (entry.seq <= this.last) return 'dropped'
    const outcome = entry.seq === this.last + 1 ? 'applied' : 'held'
    this.#held.set(entry.seq, entry)
    if (outcome === 'applied') this.#applyHeld()
    return outcome
  }

  takeAll(entries: Iterable<Entry>): void {
    for (const entry of entries) this.take(entry)
  }

  /** Earlier entries, in their order; those that are here already, or that leave a hole below, are dropped. */
  prepend(earlier: readonly Entry[]): void {
    const wanted = earlier.filter((entry) => entry.seq <= this.#before)
    const joined = wanted.every((entry, index) => entry.seq === this.#before - wanted.length + 1 + index)
    if (wanted.length === 0 || !joined) return
    this.#entries = [...wanted, ...this.#entries]
    this.#before -= wanted.length
  }

  /** Forget the earliest, where there are more than `most`; they can be loaded again. */
  trim(most: number): void {
    const over = this.#entries.length - most
    if (over <= 0) return
    this.#entries = this.#entries.slice(over)
    this.#before += over
  }

  /** A number exists, by a head or an acknowledgement. */
  hearOf(seq: number): void {
    this.#head = Math.max(this.#head, seq)
  }

  /** The server cannot go on from here, or began another life: everything is forgotten. */
  startAgain(before: number): void {
    this.#entries = []
    this.#held.clear()
    this.#before = before
    this.#head = before
  }

  #applyHeld(): void {
    const following: Entry[] = []
    for (let next = this.#held.get(this.last + 1); next; next = this.#held.get(this.last + following.length + 1)) {
      this.#held.delete(next.seq)
      following.push(next)
    }
    this.#entries = [...this.#entries, ...following]
  }
}
