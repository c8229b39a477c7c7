/** Lengths of time as people promise them: so many minutes, hours or days. */
export const UNITS = { minute: 60, hour: 3600, day: 86_400 } as const
export type Unit = keyof typeof UNITS

export interface Length {
  readonly amount: string
  readonly unit: Unit
}

const LARGEST_FIRST: readonly Unit[] = ['day', 'hour', 'minute']

/** What is counted in these. A day of open time would be taken for a working day, and is 24 open hours. */
export function unitsOf(open: boolean): readonly Unit[] {
  return LARGEST_FIRST.filter((unit) => !open || unit !== 'day').reverse()
}

/** By the largest unit that it is whole in; open time in hours at most. */
export function lengthOf(seconds: number, open = false): Length {
  const unit = unitsOf(open).findLast((each) => seconds % UNITS[each] === 0) ?? 'minute'
  return { amount: String(seconds / UNITS[unit]), unit }
}

/** NaN for what is no number. */
export function secondsOf({ amount, unit }: Length): number {
  const value = amount.trim() === '' ? Number.NaN : Number(amount.replace(',', '.'))
  return Math.round(value * UNITS[unit])
}

export function long(seconds: number, language: string, open = false): string {
  const { amount, unit } = lengthOf(seconds, open)
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Number(amount))
}
