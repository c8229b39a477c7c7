/** Who else has a conversation on screen, and who is writing in it. It is told as hints: what is not heard again ends by itself. */
import type { CommandWithoutRef } from './line'
import type { Frame, FrameOf, Person } from './frames'

export interface Typist {
  readonly user: Person
  readonly internal: boolean
}

export interface Company {
  readonly typing: readonly Typist[]
  readonly viewing: readonly Person[]
}

const SIGN_EVERY = 3_000 // milliseconds
const LASTS = 6_500 // milliseconds for which somebody types after a sign of it
const NOBODY: Company = { typing: [], viewing: [] }
const key = (person: Person): string => person.id ?? person.name

export class Presence {
  readonly #sign: (command: CommandWithoutRef) => void
  readonly #me: string
  readonly #company = new Map<string, Company>()
  readonly #ends = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #watchers = new Map<string, Set<() => void>>()
  readonly #looking = new Map<string, number>()
  readonly #signed = new Map<string, { at: number; internal: boolean }>()

  constructor(sign: (command: CommandWithoutRef) => void, me: string) {
    this.#sign = sign
    this.#me = me
  }

  /** The same object as long as nothing changed. */
  of(ticket: string): Company {
    return this.#company.get(ticket) ?? NOBODY
  }

  watch(ticket: string, changed: () => void): () => void {
    const watchers = this.#watchers.get(ticket) ?? new Set()
    this.#watchers.set(ticket, watchers.add(changed))
    return () => {
      watchers.delete(changed)
      if (watchers.size === 0) this.#watchers.delete(ticket)
    }
  }

  /** One has it on screen oneself, until what it returns is called. */
  look(ticket: string): () => void {
    this.#count(ticket, 1)
    this.#sign({ type: 'viewing', ticket, viewing: true })
    return () => {
      this.#count(ticket, -1)
      if (!this.#looking.has(ticket)) this.#sign({ type: 'viewing', ticket, viewing: false })
    }
  }

  /** A letter was typed. */
  typed(ticket: string, internal: boolean): void {
    const last = this.#signed.get(ticket)
    if (last?.internal === internal && Date.now() - last.at < SIGN_EVERY) return
    this.#signed.set(ticket, { at: Date.now(), internal })
    this.#sign({ type: 'typing', ticket, typing: true, internal })
  }

  /** What was typed is sent, or gone. */
  rested(ticket: string): void {
    const last = this.#signed.get(ticket)
    if (last === undefined) return
    this.#signed.delete(ticket)
    this.#sign({ type: 'typing', ticket, typing: false, internal: last.internal })
  }

  /** A room is heard: who is there says so again when somebody new looks. */
  joined(ticket: string): void {
    if (this.#looking.has(ticket)) this.#sign({ type: 'viewing', ticket, viewing: true })
  }

  /** A connection began, and nobody is known to be anywhere. */
  begun(): void {
    for (const ticket of [...this.#company.keys()]) this.#become(ticket, NOBODY)
  }

  heard(frame: Frame): void {
    if (frame.type === 'typing') this.#typing(frame)
    else if (frame.type === 'viewing') this.#viewing(frame)
    else if (frame.type === 'entry' && frame.entry.kind === 'message') this.#rests(frame.ticket, frame.entry.sender)
  }

  #typing({ ticket, user, typing, internal }: FrameOf<'typing'>): void {
    if (user.id === this.#me) return
    if (!typing) {
      this.#rests(ticket, user)
      return
    }
    const name = `${ticket} ${key(user)}`
    clearTimeout(this.#ends.get(name))
    this.#ends.set(name, setTimeout(() => { this.#rests(ticket, user) }, LASTS))
    const { typing: known, viewing } = this.of(ticket)
    if (known.some((one) => key(one.user) === key(user) && one.internal === internal)) return
    this.#become(ticket, { viewing, typing: [...known.filter((one) => key(one.user) !== key(user)), { user, internal }] })
  }

  #rests(ticket: string, user: Person): void {
    const name = `${ticket} ${key(user)}`
    clearTimeout(this.#ends.get(name))
    this.#ends.delete(name)
    const { typing, viewing } = this.of(ticket)
    if (typing.some((one) => key(one.user) === key(user))) this.#become(ticket, { viewing, typing: typing.filter((one) => key(one.user) !== key(user)) })
  }

  #viewing({ ticket, user, viewing: looks }: FrameOf<'viewing'>): void {
    const mine = user.id === this.#me
    const { typing, viewing } = this.of(ticket)
    const known = viewing.some((one) => key(one) === key(user))
    if (mine ? !looks : looks && !known) this.joined(ticket) // another tab of one's own left, or somebody new asks who is here
    if (mine || looks === known) return
    this.#become(ticket, { typing, viewing: looks ? [...viewing, user] : viewing.filter((one) => key(one) !== key(user)) })
  }

  #become(ticket: string, company: Company): void {
    if (company.typing.length + company.viewing.length === 0) this.#company.delete(ticket)
    else this.#company.set(ticket, company)
    for (const changed of this.#watchers.get(ticket) ?? []) changed()
  }

  #count(ticket: string, by: number): void {
    const many = (this.#looking.get(ticket) ?? 0) + by
    if (many > 0) this.#looking.set(ticket, many)
    else this.#looking.delete(ticket)
  }
}
