import { expect, it } from 'vitest'

import { blockMaker, countNew, firstNew, joins, readersOf } from '../../src/conversation/blocks'
import type { Person } from '../../src/realtime/frames'
import { ANNA, message, messages } from '../realtime/entries'

const BEN: Person = { id: 'ben', name: 'Ben', staff: false }

it('what did not change is the same block again, whatever comes in above or below', () => {
  const make = blockMaker()
  const some = messages(50, 200)
  const before = make(some)
  const after = make([...messages(10, 49), ...some, message(201)])
  expect(after.flatMap(({ entries }) => entries.map(({ seq }) => seq))).toEqual(messages(10, 201).map(({ seq }) => seq))
  const same = before.filter((block) => after.includes(block))
  expect(before.length - same.length, 'the first, which is longer now, and the last').toBe(2)
})

it('an edit stands on its message and is no line of its own', () => {
  const [block] = blockMaker()([message(1), { ...message(2), kind: 'edit', target: 'x', target_seq: 1, text: 'y' }, message(3)])
  expect(block?.entries.map(({ seq }) => seq)).toEqual([1, 3])
})

it('messages of one person stand together for a while; notes and replies never', () => {
  const first = message(1)
  expect(joins(first, message(2))).toBe(true)
  expect(joins(first, message(2, { sender: BEN }))).toBe(false)
  expect(joins(first, message(2, { internal: true }))).toBe(false)
  expect(joins(first, message(2, { created_at: '2030-01-02T03:10:05Z' }))).toBe(false)
  expect(joins(undefined, first)).toBe(false)
})

it('new is what others said after the mark', () => {
  const entries = [message(1), message(2, { sender: BEN }), message(3), message(4, { sender: BEN })]
  expect([firstNew(entries, 0, 'clara'), firstNew(entries, 2, ANNA.id), firstNew(entries, 4, ANNA.id)]).toEqual([1, 4, null])
  expect(countNew(entries, 1, ANNA.id)).toBe(2)
})

it('what one has answered is not new any more, and what comes after the answer is', () => {
  const asked = [message(1), message(2, { sender: BEN })]
  expect(firstNew(asked, 1, ANNA.id)).toBe(2)
  expect(firstNew([...asked, message(3)], 1, ANNA.id)).toBeNull()
  expect(firstNew([...asked, message(3), message(4, { sender: BEN })], 1, ANNA.id)).toBe(4)
})

it('a reader stands below the last entry that they read, unless they wrote it', () => {
  const [block, next] = blockMaker()([...messages(1, 39), message(40), message(41, { sender: BEN })])
  if (block === undefined || next === undefined) throw new Error('two blocks')
  expect([...readersOf(block, next, [{ user: BEN, seq: 7 }], ANNA.id)]).toEqual([[7, [BEN]]])
  expect([...readersOf(block, next, [{ user: BEN, seq: 40 }], ANNA.id)]).toEqual([])
  expect([...readersOf(next, undefined, [{ user: BEN, seq: 41 }], ANNA.id)]).toEqual([])
  expect([...readersOf(next, undefined, [{ user: ANNA, seq: 41 }], ANNA.id)]).toEqual([])
})
