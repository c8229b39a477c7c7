/** What is worth a notice, and which of a browser's tabs gives it. */
import type { Entry, Frame } from '../../realtime/frames'

export interface Notice {
  readonly kind: 'assigned' | 'message'
  /** The same for the same thing in every tab. */
  readonly key: string
  readonly ticket: string
  /** A ticket's number, or a customer's name. */
  readonly about: string
}

/** A ticket became this user's. */
export function ofFrame(frame: Frame, me: string): Notice | null {
  if (frame.type !== 'ticket-assigned' || frame.assignee.id !== me || frame.previous === me) return null
  return { kind: 'assigned', key: `assigned ${frame.ticket}`, ticket: frame.ticket, about: frame.number }
}

/** A customer wrote. */
export function ofEntry(ticket: string, entry: Entry): Notice | null {
  if (entry.kind !== 'message' || entry.internal || entry.sender.staff) return null
  return { kind: 'message', key: `message ${entry.id}`, ticket, about: entry.sender.name }
}

/** Tickets that became one's own while the remark on the first of them stood there: it tells of all. */
export class Arrivals {
  #tickets = new Set<string>()
  #stands = () => false

  /** With one more, how many `tell` is to tell of; it returns whether what it told still stands there. */
  add(ticket: string, tell: (count: number) => () => boolean): void {
    if (!this.#stands()) this.#tickets = new Set()
    this.#tickets.add(ticket)
    this.#stands = tell(this.#tickets.size)
  }
}

export interface Around {
  readonly locks: Pick<LockManager, 'request'> | undefined
  readonly wait: (milliseconds: number) => Promise<void>
}

const FIRST = 400 // milliseconds by which a tab that somebody looks at goes before the others
const KEPT = 30_000 // within which all tabs have heard of the same thing

/** Whether this tab is the one to tell; a tab that is seen goes first, so that nobody is called to where they are. */
export async function claim(notice: Notice, seen: boolean, { locks, wait }: Around): Promise<boolean> {
  if (!seen) await wait(FIRST)
  if (locks === undefined) return true
  return new Promise((resolve) => {
    void locks.request(`pandar notice ${notice.key}`, { ifAvailable: true }, async (lock) => {
      resolve(lock !== null)
      if (lock !== null) await wait(KEPT)
    })
  })
}
