import { join } from 'node:path'

import { beforeAll, expect, test } from 'vitest'

import { find, type Found } from './asked'

const ROOT = join(import.meta.dirname, '../..')
const MINUTES = 5 * 60_000 // the compiler reads all sources

let found: Found

beforeAll(() => {
  found = find(join(ROOT, 'tsconfig.json'), join(ROOT, 'src/i18n/index.ts'), join(ROOT, 'src'))
}, MINUTES)

function idle(texts: Iterable<string>): string[] {
  return [...texts].filter((text) => !found.asked.has(text)).sort()
}

test('every text of every catalogue is asked for by some source', () => {
  expect(idle(found.texts)).toEqual([])
})

test('of every call it is known which texts it can ask for', () => {
  expect(found.untold).toEqual([])
})

test('a text that nobody asks for is found, also beside those whose keys are built at run time', () => {
  const [area, built, nested, plural] = ['factor:title', 'journeys:operator.equals', 'settings:policies.units.hour', 'journeys:node.problems']
  expect([area, built, nested, plural].filter((text) => found.texts.has(text) && found.asked.has(text))).toHaveLength(4)
  expect(idle([...found.texts, 'factor:never', 'journeys:operator.resembles', 'settings:policies.units.week', 'nowhere:title'])).toEqual(
    ['factor:never', 'journeys:operator.resembles', 'nowhere:title', 'settings:policies.units.week'])
})
