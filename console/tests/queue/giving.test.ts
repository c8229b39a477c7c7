import { describe, expect, it } from 'vitest'

import { ApiError } from '../../src/api/errors'
import { type Agent, expected, freePlaces, ranked, refusalOf } from '../../src/queue/giving'

function agent(name: string, more: Partial<Agent> = {}): Agent {
  return {
    id: name, name, availability: 'available', capacity: 5, load: 2, unanswered: 0, grace_seconds: 300, offline_since: null, on_shift: true,
    shift_until: null, shift_next: null, lost_connection: false, last_seen_at: null, skills: [], shifts: [], version: '1', allowed: [], ...more,
  }
}

const ada = agent('Ada')
const waiting = { number: 'PAN-7', assignee: null }
const refused = (code: string, body: object = {}, status = 409) => new ApiError(status, { code, error: 'as the server says it', success: false, ...body })
const now = (more: object) => ({ current: { status: 'queued', assignee: null, ...more } })

describe('a refusal', () => {
  it.each<[string, ApiError, object]>([
    ['at capacity', refused('at_capacity', { load: 5, capacity: 5 }), { code: 'at_capacity', given: { who: 'Ada', load: '5', capacity: '5' }, act: 'again', stays: true }],
    ['without the skill', refused('lacks_skill', { skill: { id: '1', name: 'Cards' } }), { code: 'lacks_skill', given: { skill: 'Cards' }, act: 'giveAnyway', stays: true }],
    ['changed, and still waiting', refused('stale', now({})), { code: 'changed', act: 'again', stays: true }],
    ['changed, and somebody has it', refused('stale', now({ status: 'assigned', assignee: { id: 'Ben', name: 'Ben' } })), { code: 'goneTo', given: { who: 'Ben' }, act: null, stays: false }],
    ['changed, and resolved', refused('stale', now({ status: 'closed' })), { code: 'gone', given: { status: 'closed' }, stays: false }],
    ['moved', refused('move_refused', { state: 'resolved' }), { code: 'gone', given: { status: 'resolved' }, stays: false }],
    ['theirs already', refused('already_assigned'), { code: 'goneTo', given: { who: 'Ada' }, stays: false }],
    ['no agent any more', refused('not_an_agent', {}, 400), { code: 'not_an_agent', act: null, stays: true }],
    ['not reached', new ApiError(0, {}), { code: 'unreachable', act: 'again', stays: true }],
    ['too busy', refused('busy', {}, 503), { code: 'unreachable', act: 'again', stays: true }],
    ['anything else', refused('forbidden', {}, 403), { code: 'other', given: { text: 'as the server says it' }, act: null, stays: true }],
  ])('%s', (_, error, meant) => {
    expect(refusalOf(error, waiting, ada)).toMatchObject(meant)
  })

  it('of a ticket that somebody held, and still holds', () => {
    const held = { number: 'PAN-8', assignee: { id: 'Ben', name: 'Ben' } }
    expect(refusalOf(refused('stale', now({ status: 'in_progress', assignee: { id: 'Ben', name: 'Ben' } })), held, ada)).toMatchObject({ code: 'changed', act: 'again' })
    expect(refusalOf(refused('stale', now({})), held, ada)).toMatchObject({ code: 'gone', given: { status: 'queued' } })
  })
})

describe('agents', () => {
  it('have on them what is on its way', () => {
    const ben = agent('Ben')
    const shown = expected([ada, ben], new Map([['one', 'Ada'], ['two', 'Ada']]), new Map([['one', null], ['two', 'Ben']]))
    expect(shown.map(({ load }) => load)).toEqual([4, 1])
    expect(expected([ada], new Map(), new Map())[0]).toBe(ada)
  })

  it('who can take it come first', () => {
    const agents = [
      agent('gone', { availability: 'offline' }), agent('full', { load: 5 }), agent('Zoe'), agent('Ada'), agent('off', { on_shift: false }),
      agent('knows', { skills: ['Cards'], availability: 'busy' }),
    ]
    expect(ranked(agents, null).map(({ name }) => name)).toEqual(['Ada', 'Zoe', 'full', 'off', 'knows', 'gone'])
    expect(ranked(agents, 'Cards')[0]?.name).toBe('knows')
  })

  it('have free places while they are there', () => {
    expect(freePlaces([ada, agent('b', { load: 9 }), agent('c', { availability: 'away' }), agent('d', { on_shift: false }), agent('e', { load: 0 })])).toBe(8)
  })
})
