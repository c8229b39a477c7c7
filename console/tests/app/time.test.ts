import { describe, expect, it } from 'vitest'

import { since } from '../../src/app/time'

const NOW = Date.parse('2026-03-10T12:00:00Z')

describe('how long ago, in a sentence', () => {
  it.each([
    ['2026-03-10T12:00:05Z', 'now', 'maintenant'], // a clock that is ahead
    ['2026-03-10T11:59:01Z', 'now', 'maintenant'],
    ['2026-03-10T11:58:01Z', '1 minute ago', 'il y a 1 minute'],
    ['2026-03-10T09:00:00Z', '3 hours ago', 'il y a 3 heures'],
    ['2026-03-08T13:00:00Z', '1 day ago', 'il y a 1 jour'],
    ['2026-02-10T12:00:00Z', '28 days ago', 'il y a 28 jours'],
  ])('%s', (time, en, fr) => { expect([since(time, NOW, 'en'), since(time, NOW, 'fr')]).toEqual([en, fr]) })
})
