/** What is promised of a ticket and comes first, and how it stands at a moment. Boundaries as the server sends them. */
import type { components } from '../api/schema'

type Sla = components['schemas']['Sla']
type Clock = components['schemas']['Clock']
export const CLOCKS = ['first_response', 'next_response', 'resolution'] as const
export type ClockName = (typeof CLOCKS)[number]
export type ClockState = 'ok' | 'warning' | 'critical' | 'breached'

export interface Standing {
  readonly name: ClockName
  readonly state: ClockState
  /** Milliseconds until it is due; less than nothing where it is overdue. */
  readonly left: number
  readonly paused: boolean
}

/** The running clock that is due first. */
export function nextDue(sla: Sla | null, now: number): Standing | null {
  return standings(sla, now).reduce<Standing | null>((first, other) => (first === null || other.left < first.left ? other : first), null)
}

export function standings(sla: Sla | null, now: number): readonly Standing[] {
  if (sla === null) return []
  const paused = sla.paused_at !== null
  const at = sla.paused_at === null ? now : Date.parse(sla.paused_at)
  return CLOCKS.flatMap((name) => {
    const clock = sla[name]
    return clock?.stopped_at !== null ? [] : [{ name, state: stateOf(clock, at), left: Date.parse(clock.due_at) - at, paused }]
  })
}

function stateOf(clock: Clock, at: number): ClockState {
  if (at > Date.parse(clock.due_at)) return 'breached'
  if (at > Date.parse(clock.critical_at)) return 'critical'
  return at > Date.parse(clock.warning_at) ? 'warning' : 'ok'
}
