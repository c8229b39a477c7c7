import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import * as edit from '../../src/journeys/model/edit'
import { allNodes, dangling, edges, has, ids, leadsTo, nodeOf, sources, startOf, targets, wayId } from '../../src/journeys/model/graph'
import { begin, push, redo, seal, undo } from '../../src/journeys/model/history'
import { members } from '../../src/journeys/model/json'
import { acts, anyGraph, anyJson, ask, BEGINNING, choose, end, example, graph } from './graphs'

const chain = graph(ask('a', 'b'), ask('b', 'c'), ask('c', 'end'), end())

describe('editing a graph', () => {
  it('leaves no way to a node that is not there, whatever is done', () => {
    fc.assert(fc.property(acts, (done) => {
      const made = done.reduce((from, next) => next(from), BEGINNING)
      expect(dangling(made)).toEqual([])
      expect(ids(made).every((id) => members(members(made.nodes)[id]).id === id)).toBe(true)
    }), { numRuns: 400 })
  })

  it('makes no such way in a graph that has some already, and never fails', () => {
    fc.assert(fc.property(anyJson, acts, (from, done) => {
      const before = new Set(dangling(from).map((way) => way.to))
      const made = done.reduce((graph, next) => next(graph), from)
      expect(dangling(made).filter((way) => !before.has(way.to))).toEqual([])
    }), { numRuns: 300 })
  })

  it('is taken back step by step to the very graph that it began with, and done again', () => {
    fc.assert(fc.property(anyGraph, acts, (from, done) => {
      const frozen = JSON.stringify(from)
      let history = begin(from)
      for (const next of done) history = push(history, next(history.present))
      const last = history.present
      const steps = history.past.length
      for (let step = 0; step < steps; step += 1) history = undo(history)
      expect(history.present).toBe(from)
      expect(JSON.stringify(from)).toBe(frozen) // nothing was changed in place
      for (let step = 0; step < steps; step += 1) history = redo(history)
      expect(history.present).toBe(last)
    }))
  })

  it('leaves the nodes alone that it does not touch', () => {
    const before = example()
    const after = edit.setMember(before, 'node-3', 'question', 'What?')
    expect(allNodes(after).filter((node) => nodeOf(before, node.id) !== node).map((node) => node.id)).toEqual(['node-3'])
  })

  it('offers at the start what can be the first step', () => {
    expect(edit.othersAt(edit.START)).toEqual(['message'])
    expect(edit.othersAt('')).toEqual(['message', 'condition', 'end'])
  })

  it('puts a new node into a way, before what it led to', () => {
    const { graph: after, id } = edit.addNode(chain, 'message', { at: { node: 'a', way: 'next' } })
    expect([targets(after, 'a'), targets(after, id)]).toEqual([[id], ['b']])
    const first = edit.addNode(chain, 'message', { at: edit.START })
    expect([startOf(first.graph), nodeOf(first.graph, first.id)?.ways]).toEqual([first.id, [{ kind: 'next', to: startOf(chain) }]])
    const alone = edit.addNode({ nodes: {} }, 'end', { at: edit.START })
    expect([startOf(alone.graph), nodeOf(alone.graph, alone.id)?.ways]).toEqual([alone.id, []])
    const branch = edit.addNode(example(), 'end', { at: { node: 'node-1', way: 'map:other' } })
    expect(targets(branch.graph, 'node-1')).toEqual(['node-2', 'node-4', branch.id])
  })

  it('starts with the first node where there was no start', () => {
    const { graph: after, id } = edit.addNode({ nodes: {} }, 'question')
    expect(startOf(after)).toBe(id)
  })

  it('closes the gap that a node leaves which had one way on', () => {
    expect(targets(edit.removeNodes(chain, ['b']), 'a')).toEqual(['c'])
    expect(startOf(edit.removeNodes(chain, ['a']))).toBe('b')
    expect(targets(edit.removeNodes(chain, ['b', 'c']), 'a')).toEqual(['end'])
    const forked = edit.removeNodes(example(), ['node-1'])
    expect([startOf(forked), dangling(forked)]).toEqual([null, []])
  })

  it('forgets the answer of a question that is gone where it was compared or sold', () => {
    const from = graph(ask('q', 'c'), { id: 'c', type: 'condition', nextNode: 'end', rules: [{ node: 'q', operator: 'answered', nextNode: 'end' }] },
      { ...end(), action: 'sell_gift_card', submission: { brand: 'q' } })
    const after = edit.removeNodes(from, ['q'])
    expect(nodeOf(after, 'c')?.rules).toEqual([{ node: '', operator: 'answered', value: undefined, to: 'end' }])
    expect(nodeOf(after, 'end')?.submission).toEqual({})
  })

  it('copies several with the ways between them', () => {
    const { graph: after, copies } = edit.duplicate(chain, ['a', 'b'])
    expect(copies).toHaveLength(2)
    const [one = '', two = ''] = copies
    expect([targets(after, one), targets(after, two), sources(after, one)]).toEqual([[two], ['c'], []])
    expect(nodeOf(after, one)?.text).toBe('a?')
  })

  it('renames a node wherever it is named', () => {
    const after = edit.rename(example(), 'node-3', 'story')
    expect(dangling(after)).toEqual([])
    expect(has(after, 'node-3')).toBe(false)
    expect(nodeOf(after, 'end-urgent')?.ticket.subject).toBe('Missing item: {{story}}')
    expect(JSON.stringify(after)).not.toContain('node-3')
    for (const wrong of ['b', 'two words', 'a{b', '']) expect(edit.rename(chain, 'a', wrong)).toBe(chain)
  })

  it('moves a node along its row and back', () => {
    const moved = edit.moveAlong(chain, 'b', 1)
    expect(['a', 'c', 'b'].map((id) => targets(moved, id))).toEqual([['c'], ['b'], ['end']])
    const first = edit.moveAlong(chain, 'b', -1)
    expect([startOf(first), targets(first, 'b'), targets(first, 'a')]).toEqual(['b', ['a'], ['c']])
    expect(edit.moveAlong(moved, 'b', -1)).toEqual(chain)
    expect(edit.canMoveAlong(chain, 'c', 1)).toBe(false) // an end comes behind it
    expect(edit.canMoveAlong(example(), 'node-1', 1)).toBe(false)
  })

  it('keeps where an option leads when its value changes, and forgets it when it goes', () => {
    const from = graph(choose('q', { yes: 'end', no: 'end' }), end())
    const changed = edit.setOption(from, 'q', 0, { value: 'sure' })
    expect(members(nodeOf(changed, 'q')?.raw.nextNodeMap)).toEqual({ sure: 'end', no: 'end' })
    expect(members(nodeOf(edit.removeOption(changed, 'q', 0), 'q')?.raw.nextNodeMap)).toEqual({ no: 'end' })
    expect(nodeOf(edit.moveItem(from, 'q', 'options', 1, 0), 'q')?.options.map((option) => option.value)).toEqual(['no', 'yes'])
  })

  it('names options by their labels, each once', () => {
    const twice = edit.addOption(edit.addOption(graph(choose('q', {})), 'q', 'Déjà payé !'), 'q', 'déjà payé')
    expect(nodeOf(twice, 'q')?.options.map((option) => option.value)).toEqual(['deja_paye', 'deja_paye_2'])
    expect(edit.freeValue('???', new Set(['option_1']))).toBe('option_2')
  })

  it('keeps what another type of question or kind of node can keep', () => {
    const from = example()
    const multiple = edit.setQuestionType(from, 'node-1', 'multiple_choice')
    expect(nodeOf(multiple, 'node-1')?.options).toHaveLength(3)
    const text = nodeOf(edit.setQuestionType(from, 'node-1', 'text'), 'node-1')
    expect([text?.options, text?.ways]).toEqual([[], [{ kind: 'next', to: 'node-2' }]])
    const message = nodeOf(edit.setKind(from, 'node-1', 'message'), 'node-1')
    expect([message?.text, message?.ways]).toEqual(['What do you need help with?', [{ kind: 'next', to: 'node-2' }]])
  })

  it('says where an option leads that has no way of its own', () => {
    const node = nodeOf(example(), 'node-2')
    expect(node?.ways.map((way) => [wayId(way), way.to, leadsTo(node, way)])).toEqual([
      ['map:late', null, 'node-3'], ['map:damaged', 'node-5', 'node-5'], ['map:missing', null, 'node-3'], ['next', 'node-3', 'node-3']])
    expect(edges(example()).filter((edge) => edge.from === 'node-2').map((edge) => edge.way)).toEqual(['map:damaged', 'next'])
  })
})

describe('a history', () => {
  it('takes typing in one place as one step, until it is sealed', () => {
    let history = begin('')
    for (const text of ['a', 'ab', 'abc']) history = push(history, text, 'name')
    history = push(seal(history), 'abcd', 'name')
    expect([undo(history).present, undo(undo(history)).present]).toEqual(['abc', ''])
    expect(redo(undo(history)).present).toBe('abcd')
  })

  it('forgets what was taken back once something else is done', () => {
    const history = push(undo(push(begin(1), 2)), 3)
    expect([redo(history), history.past]).toEqual([history, [1]])
  })
})
