import { expect, it } from 'vitest'

import { placeMaker } from '../../src/queue/places'
import type { QueueItem } from '../../src/queue/useBoard'

const item = (id: string) => ({ ticket: { id } }) as QueueItem
const [one, two] = [item('one'), item('two')]
const NOBODY = new Map<string, string>()

it('a place has its ticket where that is there, and is empty where it is not', () => {
  expect(placeMaker()(3, new Map([[0, one], [2, two]]), NOBODY).map((place) => place.item)).toEqual([one, undefined, two])
})

it('a ticket that is being given stands nowhere, and one that two pages have stands once', () => {
  const items = new Map([[0, one], [1, two], [2, two]])
  const make = placeMaker()
  expect(make(3, items, NOBODY).map((place) => place.item)).toEqual([one, two])
  expect(make(3, items, new Map([['one', 'anna']])).map((place) => place.item)).toEqual([two])
})

it('what did not change is the same object, so that thousands are not drawn anew for one', () => {
  const make = placeMaker()
  const before = make(3, new Map([[0, one]]), NOBODY)
  const after = make(3, new Map([[0, one], [1, two]]), NOBODY)
  expect([after[0] === before[0], after[1] === before[1], after[2] === before[2]]).toEqual([true, false, true])
})

it('a ticket keeps the key of the place that it came into, wherever it moves, and no two have one', () => {
  const make = placeMaker()
  const [, empty] = make(2, new Map(), NOBODY)
  expect(make(2, new Map([[0, one], [1, two]]), NOBODY)[1]?.key).toBe(empty?.key)
  expect(make(1, new Map([[0, item('two')]]), NOBODY)[0]?.key).toBe(empty?.key)
  const keys = make(4, new Map([[0, item('two')], [1, item('three')], [3, item('four')]]), NOBODY).map(({ key }) => key)
  expect(new Set(keys).size).toBe(4)
})
