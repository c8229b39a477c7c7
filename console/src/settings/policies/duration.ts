/** Lengths of time as people promise them: so many minutes, hours or days. */
export const UNITS = { minute: 60, hour: 3600, day: 86_400 } as const
export type Unit = keyof typeof UNITS

export interface Length {
  readonly amount: string
  readonly unit: Unit
}

/** By the largest unit that it is whole in. */
export function lengthOf(seconds: number): Length {
  const unit = (['day', 'hour', 'minute'] as const).find((each) => seconds % UNITS[each] === 0) ?? 'minute'
  return { amount: String(seconds / UNITS[unit]), unit }
}

/** NaN for what is no number. */
export function secondsOf({ amount, unit }: Length): number {
  const value = amount.trim() === '' ? Number.NaN : Number(amount.replace(',', '.'))
  return Math.round(value * UNITS[unit])
}

export function long(seconds: number, language: string): string {
  const { amount, unit } = lengthOf(seconds)
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Number(amount))
}
