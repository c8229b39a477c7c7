/** Hours of a week in a few words: "Mon–Fri 09:00–17:00, Sat 10:00–14:00". */
import { useTranslation } from 'react-i18next'

import { weekday } from '../kit/moments'

export interface Shift {
  readonly weekday: number
  readonly starts: string
  readonly ends: string
  readonly time_zone: string
}

/** Times of day to the minute, as fields show them. */
export function shorten({ weekday: day, starts, ends, time_zone }: Shift): Shift {
  return { weekday: day, starts: starts.slice(0, 5), ends: ends.slice(0, 5), time_zone }
}

/** Runs of days that are alike: [first, last, times]. */
export function runs(hours: readonly { weekday: number; from: string; to: string }[]): readonly (readonly [number, number, string])[] {
  const times = [0, 1, 2, 3, 4, 5, 6].map((day) => hours.filter((each) => each.weekday === day)
    .map(({ from, to }) => `${from}–${to}`).sort().join(' + '))
  const found: [number, number, string][] = []
  for (const [day, text] of times.entries()) {
    const last = found.at(-1)
    if (last?.[1] === day - 1 && last[2] === text) last[1] = day
    else if (text !== '') found.push([day, day, text])
  }
  return found
}

/** In the reader's language; with the zone, where it is one for all. */
export function useWeek(): (shifts: readonly Shift[]) => string {
  const { i18n } = useTranslation()
  return (shifts) => {
    const zones = new Set(shifts.map(({ time_zone }) => time_zone))
    const text = written(shifts.map(shorten).map(({ weekday: day, starts, ends }) => ({ weekday: day, from: starts, to: ends })), i18n.language)
    return zones.size === 0 ? '' : `${text} · ${[...zones].join(', ')}`
  }
}

export function written(hours: readonly { weekday: number; from: string; to: string }[], language: string): string {
  return runs(hours).map(([first, last, times]) => `${first === last ? weekday(first, language, 'short')
    : `${weekday(first, language, 'short')}–${weekday(last, language, 'short')}`} ${times}`).join(', ')
}
