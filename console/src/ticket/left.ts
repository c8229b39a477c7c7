/** How much time is left, as exactly as it matters: "2d 4h", "3h 12m", "04:59". */
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function left(milliseconds: number, language: string): string {
  const length = Math.abs(milliseconds)
  if (length >= DAY) return `${unit(length / DAY, 'day', language)} ${unit((length % DAY) / HOUR, 'hour', language)}`
  if (length >= HOUR) return `${unit(length / HOUR, 'hour', language)} ${unit((length % HOUR) / MINUTE, 'minute', language)}`
  return `${pair(length / MINUTE)}:${pair((length % MINUTE) / SECOND)}`
}

function unit(value: number, name: 'day' | 'hour' | 'minute', language: string): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'narrow' }).format(Math.floor(value))
}

function pair(value: number): string {
  return String(Math.floor(value)).padStart(2, '0')
}
