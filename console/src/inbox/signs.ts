/** Who types and who looks, of the tickets that this tab hears of. Nothing of it is kept: signs fade, and a lost line forgets them. */
import type { Frame } from '../realtime/frames'

export interface Person {
  readonly id: string
  readonly name: string
  readonly staff: boolean
}

export interface Signs {
  readonly typing: readonly Person[]
  readonly viewing: readonly Person[]
}

const FADES = 8_000 // milliseconds after which somebody who typed and said nothing more does not type any more
export const NONE: Signs = { typing: [], viewing: [] }

export class SignBoard {
  readonly #signs = new Map<string, Signs>()
  readonly #fading = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #watchers = new Map<string, Set<() => void>>()
  readonly #me: string

  constructor(me: string) {
    this.#me = me
  }

  /** The same object as long as nothing changed. */
  of(ticket: string): Signs {
    return this.#signs.get(ticket) ?? NONE
  }

  watch(ticket: string, changed: () => void): () => void {
    const watchers = this.#watchers.get(ticket) ?? new Set()
    this.#watchers.set(ticket, watchers.add(changed))
    return () => {
      watchers.delete(changed)
      if (watchers.size === 0) this.#watchers.delete(ticket)
    }
  }

  heard(frame: Frame): void {
    if (frame.type === 'typing') this.#typing(frame.ticket, frame.user, frame.typing)
    else if (frame.type === 'viewing') this.#put(frame.ticket, 'viewing', frame.user, frame.viewing)
    else if (frame.type === 'entry' && frame.entry.kind === 'message') this.#typing(frame.ticket, frame.entry.sender, false)
  }

  /** The line is gone, and with it what it said. */
  forget(): void {
    for (const timer of this.#fading.values()) clearTimeout(timer)
    this.#fading.clear()
    const tickets = [...this.#signs.keys()]
    this.#signs.clear()
    for (const ticket of tickets) this.#tell(ticket)
  }

  #typing(ticket: string, user: { id: string | null; name: string; staff: boolean }, now: boolean): void {
    const name = `${ticket} ${user.id ?? ''}`
    clearTimeout(this.#fading.get(name))
    this.#fading.delete(name)
    if (now) this.#fading.set(name, setTimeout(() => { this.#typing(ticket, user, false) }, FADES))
    this.#put(ticket, 'typing', user, now)
  }

  #put(ticket: string, sign: keyof Signs, { id, name, staff }: { id: string | null; name: string; staff: boolean }, now: boolean): void {
    if (id === null || id === this.#me) return
    const before = this.of(ticket)
    if (before[sign].some((person) => person.id === id) === now) return
    const people = now ? [...before[sign], { id, name, staff }] : before[sign].filter((person) => person.id !== id)
    const after = { ...before, [sign]: people }
    if (after.typing.length + after.viewing.length === 0) this.#signs.delete(ticket)
    else this.#signs.set(ticket, after)
    this.#tell(ticket)
  }

  #tell(ticket: string): void {
    for (const changed of this.#watchers.get(ticket) ?? []) changed()
  }
}
