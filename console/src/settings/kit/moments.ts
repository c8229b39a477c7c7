/** Moments as the settings show them: in the reader's zone, or in that of a calendar. */
export function date(time: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(Date.parse(time))
}

/** In a zone that the browser does not know, such as one that somebody is typing, as in UTC. */
export function moment(time: string, language: string, zone?: string): string {
  return new Intl.DateTimeFormat(language, {
    weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', ...(zone === undefined ? {} : { timeZone: isZone(zone) ? zone : 'UTC' }),
  }).format(Date.parse(time))
}

/** The names of the weekdays; Monday is 0, as the API counts. */
export function weekday(number: number, language: string, width: 'long' | 'short' = 'long'): string {
  return new Intl.DateTimeFormat(language, { weekday: width, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + number))
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

export const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const

/** Every zone that this browser knows, the reader's own first. */
export function zones(): readonly string[] {
  return [...new Set([ownZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])]
}

/** The zone that most of these are in, the reader's own where there are none: that in which the organization keeps its hours. */
export function usualZone(zones: readonly string[]): string {
  const many = (zone: string) => zones.filter((other) => other === zone).length
  return [...zones].sort((one, other) => many(other) - many(one))[0] ?? ownZone()
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}
