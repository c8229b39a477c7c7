import { beforeEach, expect, it, vi } from 'vitest'

import type { Person } from '../../src/realtime/frames'
import { Presence } from '../../src/realtime/presence'
import { message } from './entries'

const ME = 'me'
const ADA: Person = { id: 'ada', name: 'Ada', staff: true }
const TICKET = 'one'

let said: string[]
let presence: Presence
const types = (typing: boolean, internal = false) => { presence.heard({ type: 'typing', ticket: TICKET, user: ADA, typing, internal }) }
const looks = (viewing: boolean, user = ADA) => { presence.heard({ type: 'viewing', ticket: TICKET, user, viewing }) }
const names = () => [presence.of(TICKET).typing.map(({ user }) => user.name), presence.of(TICKET).viewing.map(({ name }) => name)]

beforeEach(() => {
  vi.useFakeTimers()
  said = []
  presence = new Presence((command) => { said.push(JSON.stringify(command)) }, ME)
})

it('somebody types until they rest, send, or are not heard any more', () => {
  types(true)
  expect(names()).toEqual([['Ada'], []])
  types(false)
  expect(names()).toEqual([[], []])
  types(true)
  presence.heard({ type: 'entry', ticket: TICKET, seq: 1, entry: message(1, { sender: ADA }) })
  expect(names()).toEqual([[], []])
  types(true)
  vi.advanceTimersByTime(4_000)
  types(true)
  vi.advanceTimersByTime(4_000)
  expect(names()).toEqual([['Ada'], []])
  vi.advanceTimersByTime(4_000)
  expect(names()).toEqual([[], []])
})

it('a note that is written is told from a reply', () => {
  types(true, true)
  expect(presence.of(TICKET).typing[0]?.internal).toBe(true)
  types(true, false)
  expect(presence.of(TICKET).typing[0]?.internal).toBe(false)
})

it('one is told from others', () => {
  presence.heard({ type: 'typing', ticket: TICKET, user: { ...ADA, id: ME }, typing: true, internal: false })
  looks(true, { ...ADA, id: ME })
  expect(names()).toEqual([[], []])
})

it('typing is said every few seconds, and once that it ended', () => {
  presence.typed(TICKET, false)
  presence.typed(TICKET, false)
  expect(said).toHaveLength(1)
  vi.advanceTimersByTime(3_000)
  presence.typed(TICKET, false)
  presence.rested(TICKET)
  presence.rested(TICKET)
  expect(said.map((text) => (JSON.parse(text) as { typing: boolean }).typing)).toEqual([true, true, false])
})

it('whoever looks is greeted once by those who look too', () => {
  presence.look(TICKET)
  said = []
  looks(true)
  looks(true)
  expect([said.length, names()]).toEqual([1, [[], ['Ada']]])
  looks(false)
  expect(names()).toEqual([[], []])
})

it('looking is said again when the room is heard again, and nobody is known after a new connection', () => {
  const leave = presence.look(TICKET)
  looks(true)
  presence.begun()
  expect(names()).toEqual([[], []])
  said = []
  presence.joined(TICKET)
  expect(said).toHaveLength(1)
  leave()
  presence.joined(TICKET)
  expect(said.map((text) => (JSON.parse(text) as { viewing: boolean }).viewing)).toEqual([true, false])
})
