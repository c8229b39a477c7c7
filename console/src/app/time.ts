/** Times as people read them, in their own zone and language. */
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The reader's own way to write the language: 18:00 in Lagos and London, 6:00 PM in Chicago. */
export function regional(language: string): string {
  return typeof navigator === 'undefined' ? language : (navigator.languages.find((tag) => tag.startsWith(`${language}-`)) ?? language)
}

type Written = Intl.DateTimeFormat | Intl.NumberFormat | Intl.RelativeTimeFormat
const made = new Map<string, Written>()

/** Formats are costly to make and cheap to use: each is made once, and once more where the reader went to another time zone. */
function kept<Format extends Written>(kind: new (tag: string, options: object) => Format, language: string, options: object): Format {
  const tag = regional(language)
  const key = `${kind.name} ${tag} ${new Date().getTimezoneOffset()} ${JSON.stringify(options)}`
  const known = made.get(key) ?? new kind(tag, options)
  made.set(key, known)
  return known as Format
}

function dates(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(Intl.DateTimeFormat, language, options)
}

/** How long ago, in a few characters: "now", "5m", "3h", "2d", then the date. */
export function ago(time: string, now: number, language: string): string {
  const passed = now - Date.parse(time)
  if (passed < MINUTE) return kept(Intl.RelativeTimeFormat, language, { numeric: 'auto', style: 'narrow' }).format(0, 'second')
  if (passed < 7 * DAY) return span(passed, language)
  return dates(language, { day: 'numeric', month: 'short' }).format(Date.parse(time))
}

/** How long ago, as one says it in a sentence: "now", "5 minutes ago", "3 days ago". */
export function since(time: string, now: number, language: string): string {
  const passed = now - Date.parse(time)
  if (passed < MINUTE) return kept(Intl.RelativeTimeFormat, language, { numeric: 'auto' }).format(0, 'second')
  const [length, unit] = passed < HOUR ? [MINUTE, 'minute'] as const : passed < DAY ? [HOUR, 'hour'] as const : [DAY, 'day'] as const
  return kept(Intl.RelativeTimeFormat, language, { numeric: 'always' }).format(-Math.floor(passed / length), unit)
}

/** A length of time by its largest unit: "45 s", "12 min", "3 h". */
export function span(milliseconds: number, language: string, unitDisplay: 'narrow' | 'long' = 'narrow'): string {
  const length = Math.abs(milliseconds)
  const [value, unit] = length < MINUTE ? [length / 1000, 'second'] : length < HOUR ? [length / MINUTE, 'minute']
    : length < DAY ? [length / HOUR, 'hour'] : [length / DAY, 'day']
  return kept(Intl.NumberFormat, language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: 0, roundingMode: 'floor' })
    .format(value)
}

export function clock(time: string | number, language: string): string {
  return dates(language, { timeStyle: 'short' }).format(typeof time === 'number' ? time : Date.parse(time))
}

/** "18:00" where that is today, else with its day. */
export function soon(time: string, now: number, language: string): string {
  const [at, today] = [new Date(time), new Date(now)]
  return dates(language, {
    hour: 'numeric', minute: '2-digit', ...(at.toDateString() === today.toDateString() ? {} : { weekday: 'short' }),
    ...(Math.abs(at.getTime() - now) > 6 * DAY ? { day: 'numeric', month: 'short' } : {}),
  }).format(at)
}

export function day(time: string, language: string): string {
  return dates(language, { weekday: 'long', day: 'numeric', month: 'long' }).format(Date.parse(time))
}

/** The day of a moment, as "Nov 21, 2026"; with its time it is a `moment`. */
export function dayOf(time: string, language: string): string {
  return dates(language, { dateStyle: 'medium' }).format(Date.parse(time))
}

export function moment(time: string | number, language: string): string {
  return dates(language, { dateStyle: 'medium', timeStyle: 'short' }).format(typeof time === 'number' ? time : Date.parse(time))
}

export function whole(time: string, language: string): string {
  return dates(language, { dateStyle: 'full', timeStyle: 'medium' }).format(Date.parse(time))
}

/** A day of the calendar, "2026-03-01", as the reader writes it. */
export function date(day: string, language: string): string {
  return dates(language, { dateStyle: 'long', timeZone: 'UTC' }).format(Date.parse(day))
}

/** A number that came as a text, as the reader writes it. */
export function number(value: string, language: string): string {
  return kept(Intl.NumberFormat, language, { maximumFractionDigits: 20 }).format(Number(value))
}
