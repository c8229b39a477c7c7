/** What time it is: by the server, whose clock counts, and once a second for all that shows it. */
import { useSyncExternalStore } from 'react'

const SECOND = 1_000
const ON_THE_WAY = 2_500 // milliseconds: so late may an answer be without saying anything of our clock

/** The difference between this machine's clock and the server's; a machine whose clock is wrong shows what is due all the same. */
export class ServerClock {
  #ahead = 0
  readonly #own: () => number

  constructor(own: () => number = Date.now) {
    this.#own = own
  }

  /** Milliseconds since 1970. */
  readonly now = (): number => this.#own() + this.#ahead

  /** A moment of the server that just arrived, such as `now` of `ready`. */
  heard(moment: string): void {
    this.#set(Date.parse(moment) - this.#own())
  }

  /** The `Date` of an answer, which knows no parts of a second: it counts where ours cannot be right. */
  answered(date: string | null): void {
    const at = date === null ? Number.NaN : Date.parse(date)
    if (Number.isNaN(at)) return
    const earliest = at - this.#own()
    if (this.#ahead < earliest || this.#ahead > earliest + SECOND + ON_THE_WAY) this.#set(earliest + SECOND / 2)
  }

  #set(ahead: number): void {
    if (!Number.isNaN(ahead)) this.#ahead = ahead
  }
}

export const serverClock = new ServerClock()

/** One interval for all who watch, and none while nobody does. */
class Ticker {
  readonly #watchers = new Set<() => void>()
  #ticking: ReturnType<typeof setInterval> | undefined

  readonly watch = (tick: () => void): (() => void) => {
    this.#watchers.add(tick)
    this.#ticking ??= setInterval(() => { for (const each of this.#watchers) each() }, SECOND)
    return () => {
      this.#watchers.delete(tick)
      if (this.#watchers.size > 0) return
      clearInterval(this.#ticking)
      this.#ticking = undefined
    }
  }
}

const ticker = new Ticker()

/**
 * What `read` makes of the server's time, again every second; whoever uses it is drawn again only where that is another text or number.
 * Not for objects, which are always others.
 */
export function useClock<Value extends string | number | boolean | null>(read: (now: number) => Value): Value {
  return useSyncExternalStore(ticker.watch, () => read(serverClock.now()))
}

/** The server's time in milliseconds, in steps of so many. */
export function useNow(step = 10 * SECOND): number {
  return useClock((now) => Math.floor(now / step) * step)
}
