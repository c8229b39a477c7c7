/** What is said of the connection: the truth about it in a few words, whatever the line, the device and the session say of themselves. */
import type { LineState } from '../realtime/line'

export interface Known {
  readonly line: LineState
  /** Whether the session lives. */
  readonly here: boolean
  /** What the device says of its network; it errs only by promising too much. */
  readonly online: boolean
  /** Milliseconds of `Date.now()`, like all moments here. */
  readonly lostAt: number | null
  readonly rightsChangedAt: number | null
  readonly now: number
}

export interface Said {
  readonly tone: 'good' | 'warn' | 'bad'
  readonly text: 'ready' | 'connecting' | 'lost' | 'device' | 'signedOut' | 'ended' | 'rights'
  readonly at?: number
  /** Seconds until the next try. */
  readonly next?: number
  readonly act?: 'now' | 'again' | 'signIn'
}

const RIGHTS_SHOWN = 60_000
const SHORT = 2_000 // a pause that is over before one could read of it

export function standing({ line, here, online, lostAt, rightsChangedAt, now }: Known): Said {
  if (!here) return { tone: 'bad', text: 'signedOut', act: 'signIn' }
  if (line.name === 'ready') {
    const told = rightsChangedAt !== null && now - rightsChangedAt < RIGHTS_SHOWN
    return told ? { tone: 'good', text: 'rights', at: rightsChangedAt } : { tone: 'good', text: 'ready' }
  }
  if (line.name === 'ended') return { tone: 'bad', text: 'ended', act: 'again' }
  const at = lostAt ?? now
  if (!online) return { tone: 'bad', text: 'device', at }
  if (now - at < SHORT) return { tone: 'warn', text: 'connecting' }
  if (line.name === 'connecting') return { tone: 'warn', text: 'lost', at }
  return { tone: 'warn', text: 'lost', at, next: Math.max(1, Math.ceil((line.until - now) / 1000)), act: 'now' }
}
