import { describe, expect, it } from 'vitest'

import { nearestFirst } from '../../src/keyboard/choices'
import { ranked } from '../../src/keyboard/ranking'
import type { Act, Group } from '../../src/keyboard/registry'

const choices = [
  { id: 'reply', text: 'Reply' }, { id: 'note', text: 'Write an internal note' }, { id: 'take', text: 'Take the ticket', words: 'assign to me' },
  { id: 'ticket:7', text: 'PC-7 My card is refused', beside: 'Amara Obi' },
]
const order = (question: string, recent: string[] = []) => ranked(choices, question, recent).map(({ choice }) => choice.id)

describe('the palette', () => {
  it('shows what was chosen lately first, then the rest as it comes', () => {
    expect(order('', ['take', 'note'])).toEqual(['take', 'note', 'reply', 'ticket:7'])
  })

  it('has what can be done with the open ticket before the ways to elsewhere', () => {
    const act = (id: string, group: Group): Act => ({ id, text: id, group, run: () => undefined })
    expect(nearestFirst([act('go.mine', 'go'), act('list.next', 'list'), act('reply', 'conversation'), act('take', 'ticket'), act('keys', 'app'), act('assign', 'ticket')])
      .map(({ id }) => id)).toEqual(['take', 'assign', 'reply', 'go.mine', 'list.next', 'keys'])
  })

  it('finds by what stands beside, and by other words', () => {
    expect(order('amara')).toEqual(['ticket:7'])
    expect(order('assign')).toEqual(['take'])
  })

  it('prefers what was chosen lately among equals, and not against a better match', () => {
    const found = (recent: string) => ranked([{ id: 'open', text: 'All open' }, { id: 'opened', text: 'All opened' }, { id: 'hope', text: 'All hope' }],
      'open', [recent]).map(({ choice }) => choice.id)
    expect(order('t', ['take'])[0]).toBe('take')
    expect(order('re')[0]).toBe('reply')
    expect(order('re', ['ticket:7'])[0]).toBe('ticket:7')
    expect(found('opened')[0]).toBe('open')
  })

  it('finds nothing where nothing is called so', () => {
    expect(order('xyzzy')).toEqual([])
  })
})
