import { expect, it } from 'vitest'

import { ApiError } from '../../src/api/errors'
import { onEach } from '../../src/inbox/bulk'

it('acts on each once, a few at a time, and a refusal stops no other', async () => {
  const tickets = Array.from({ length: 10 }, (_, index) => String(index))
  const told: string[] = []
  let running = 0
  let most = 0
  const outcomes = await onEach(tickets, async (ticket) => {
    most = Math.max(most, ++running)
    await Promise.resolve()
    running -= 1
    if (ticket === '3') throw new ApiError(409, { error: 'You have as many as you can take.' })
    if (ticket === '5') throw new Error('network')
  }, ({ ticket }) => { told.push(ticket) }, 'unreachable')
  expect(outcomes.map(({ ticket }) => ticket)).toEqual(tickets)
  expect(outcomes.filter(({ refused }) => refused !== null)).toEqual([
    { ticket: '3', refused: 'You have as many as you can take.' }, { ticket: '5', refused: 'unreachable' }])
  expect(told.toSorted()).toEqual(tickets)
  expect(most).toBe(3)
})
