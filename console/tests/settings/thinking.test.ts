import { describe, expect, it } from 'vitest'

import { local } from '../../src/settings/kit/Start'
import { ownZone, usualZone } from '../../src/settings/kit/moments'
import { same } from '../../src/settings/kit/same'
import { unsaved } from '../../src/settings/kit/unsaved'
import { lengthOf, long, secondsOf, unitsOf } from '../../src/settings/policies/duration'
import { ALWAYS, calendarOf, cellsOf, countedBy, MIXED, targetsOf } from '../../src/settings/policies/targets'
import { runs, written } from '../../src/settings/shifts/week'
import { inOrder } from '../../src/settings/roles/permissions'
import { en } from '../../src/settings/texts/en'
import { fr } from '../../src/settings/texts/fr'

describe('whether something was changed', () => {
  it.each([
    [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true], [{ a: 1 }, { a: 1, b: undefined }, false], [[1, 2], [2, 1], false],
    [[], {}, false], [null, {}, false], ['x', 'x', true], [{ a: [] }, { a: [0] }, false],
  ])('%j and %j: %s', (one, other, alike) => { expect(same(one, other)).toBe(alike) })
})

describe('the zone of a new calendar', () => {
  it('is that of the others, else the reader’s', () => {
    expect([usualZone(['UTC', 'Africa/Lagos', 'Africa/Lagos']), usualZone(['Asia/Tokyo']), usualZone([])]).toEqual(['Africa/Lagos', 'Asia/Tokyo', ownZone()])
  })
})

describe('lengths of time', () => {
  it.each([[60, '1', 'minute'], [5400, '90', 'minute'], [7200, '2', 'hour'], [86_400, '1', 'day'], [90, '1.5', 'minute']] as const)('%i s is %s %s', (seconds, amount, unit) => {
    expect(lengthOf(seconds)).toEqual({ amount, unit })
    expect(secondsOf({ amount, unit })).toBe(seconds)
  })

  it('a comma is a point to those who write it so, and nothing is no number', () => {
    expect(secondsOf({ amount: '1,5', unit: 'hour' })).toBe(5400)
    expect(secondsOf({ amount: ' ', unit: 'hour' })).toBeNaN()
    expect(secondsOf({ amount: 'x', unit: 'hour' })).toBeNaN()
  })

  it('in words', () => { expect([long(3600, 'en'), long(172_800, 'fr').replace('\u00A0', ' ')]).toEqual(['1 hour', '2 jours']) })
})

describe('the table of targets', () => {
  const targets = [
    { clock: 'first_response', priority: 'urgent', seconds: 900, calendar: null },
    { clock: 'resolution', priority: 'urgent', seconds: 86_400, calendar: 'a' },
    { clock: 'resolution', priority: 'low', seconds: 172_800, calendar: 'b' },
  ] as const

  it('is the policy and back', () => { expect(targetsOf(cellsOf(targets))).toEqual(targets) })

  it('what is empty promises nothing, and what is no number is told by the server', () => {
    const cells = cellsOf(targets)
    expect(targetsOf({ ...cells, 'first_response/urgent': { amount: '', unit: 'hour', calendar: null } })).toHaveLength(2)
    expect(targetsOf({ 'first_response/urgent': { amount: 'soon', unit: 'hour', calendar: null } })[0]?.seconds).toBe(0)
  })

  it('counts open time in hours, as a day of it would be taken for a working day', () => {
    const day = { clock: 'resolution', priority: 'low', seconds: 86_400, calendar: null } as const
    const open = countedBy(cellsOf([day]), 'resolution', 'desk')
    expect(open['resolution/low']).toEqual({ amount: '24', unit: 'hour', calendar: 'desk' })
    expect(targetsOf(open)).toEqual([{ ...day, calendar: 'desk' }])
    expect(cellsOf([{ ...day, calendar: 'desk' }])).toEqual(open)
    expect(countedBy({ 'resolution/low': { amount: '', unit: 'day', calendar: null } }, 'resolution', 'desk')['resolution/low']?.unit).toBe('hour')
    expect(countedBy(cellsOf([day]), 'first_response', 'desk')).toEqual(cellsOf([day]))
    expect([unitsOf(true), unitsOf(false)]).toEqual([['minute', 'hour'], ['minute', 'hour', 'day']])
    expect(long(172_800, 'en', true)).toBe('48 hours')
  })

  it('knows by which calendar a clock counts', () => {
    const cells = cellsOf(targets)
    expect([calendarOf(cells, 'first_response'), calendarOf(cells, 'resolution'), calendarOf(cells, 'next_response')]).toEqual([ALWAYS, MIXED, ALWAYS])
    expect(calendarOf(cellsOf(targets.slice(0, 2)), 'resolution')).toBe('a')
  })
})

describe('a week in a few words', () => {
  const office = [0, 1, 2, 3, 4].map((weekday) => ({ weekday, from: '09:00', to: '17:00' }))

  it('days that are alike stand together', () => {
    expect(runs([...office, { weekday: 6, from: '22:00', to: '06:00' }])).toEqual([[0, 4, '09:00–17:00'], [6, 6, '22:00–06:00']])
    expect(runs([])).toEqual([])
    expect(runs([{ weekday: 0, from: '13:00', to: '17:00' }, { weekday: 0, from: '09:00', to: '12:00' }])).toEqual([[0, 0, '09:00–12:00 + 13:00–17:00']])
  })

  it('a gap parts them', () => { expect(runs(office.filter(({ weekday }) => weekday !== 2))).toHaveLength(2) })

  it('in the language of the reader', () => { expect([written(office, 'en'), written(office.slice(0, 1), 'fr')]).toEqual(['Mon–Fri 09:00–17:00', 'lun. 09:00–17:00']) })
})

describe('permissions', () => {
  it('begin with seeing', () => {
    const names = ['a.change_x', 'a.manage_x', 'a.add_x', 'a.view_x'].map((name) => ({ name }))
    expect(inOrder(names).map(({ name }) => name)).toEqual(['a.view_x', 'a.add_x', 'a.change_x', 'a.manage_x'])
  })
})

it('what is typed and not saved is known until it is forgotten', () => {
  const dropped: string[] = []
  const back = unsaved.add('one', () => { dropped.push('one') })
  unsaved.add('two', () => { dropped.push('two') })
  expect(unsaved.any()).toBe(true)
  back()
  unsaved.forget()
  expect([unsaved.any(), dropped]).toEqual([false, ['two']])
})

it('a moment in the field of a form is the reader’s own time', () => {
  const at = new Date(2026, 5, 5, 16, 30)
  expect(local(at.toISOString())).toBe('2026-06-05T16:30')
})

describe('texts', () => {
  const holes = (texts: object): string[] => Object.entries(texts).flatMap(([key, text]) =>
    typeof text === 'string' ? [`${key} ${(text.match(/\{\{\w+\}\}/gu) ?? []).sort().join('')}`] : holes(text as object))
  it('have the same places for names and numbers in both languages', () => { expect(holes(fr)).toEqual(holes(en)) })
  it('are not empty', () => { expect(JSON.stringify([en, fr])).not.toContain('""') })
})
