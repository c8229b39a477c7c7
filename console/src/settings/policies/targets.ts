/** The promises of a policy as a table: a row for each priority, a column for each clock. */
import type { Schema } from '../asked'
import { type Length, lengthOf, secondsOf } from './duration'

export const CLOCKS = ['first_response', 'next_response', 'resolution'] as const
export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const
export type Clock = (typeof CLOCKS)[number]
export type Priority = (typeof PRIORITIES)[number]
type Target = Schema['TargetFields']

export interface Cell extends Length {
  readonly calendar: string | null
}

/** By `clock/priority`; an amount that is empty promises nothing. */
export type Cells = Readonly<Record<string, Cell>>

export function at(clock: Clock, priority: Priority): string {
  return `${clock}/${priority}`
}

export function cellsOf(targets: readonly Target[]): Cells {
  return Object.fromEntries(targets.map(({ clock, priority, seconds, calendar }) => [at(clock, priority), { ...lengthOf(seconds, (calendar ?? null) !== null), calendar: calendar ?? null }]))
}

/** The same cells where this clock counts by another calendar, or day and night (null). */
export function countedBy(cells: Cells, clock: Clock, calendar: string | null): Cells {
  return Object.fromEntries(Object.entries(cells).map(([key, cell]) => [key, key.startsWith(`${clock}/`) ? { ...cell, ...inUnitsOf(cell, calendar), calendar } : cell]))
}

function inUnitsOf(cell: Cell, calendar: string | null): Length {
  const seconds = secondsOf(cell)
  if (calendar === null || cell.unit !== 'day') return cell
  return Number.isNaN(seconds) ? { amount: cell.amount, unit: 'hour' } : lengthOf(seconds, true)
}

export function targetsOf(cells: Cells): Target[] {
  return CLOCKS.flatMap((clock) => PRIORITIES.flatMap((priority) => {
    const cell = cells[at(clock, priority)]
    if (cell === undefined || cell.amount.trim() === '') return []
    const seconds = secondsOf(cell)
    return [{ clock, priority, seconds: Number.isNaN(seconds) ? 0 : seconds, calendar: cell.calendar }]
  }))
}

export const MIXED = 'mixed'
export const ALWAYS = 'always'

/** By which calendar a clock counts: one for all its priorities, `always`, or `mixed`. */
export function calendarOf(cells: Cells, clock: Clock): string {
  const found = new Set(targetsOf(cells).filter((target) => target.clock === clock).map(({ calendar }) => calendar ?? ALWAYS))
  const [one] = found
  return found.size > 1 ? MIXED : one ?? ALWAYS
}
