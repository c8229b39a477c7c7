/** Graphs to test with: the example, generated ones of any shape, and what a builder may do to them. */
import { readFileSync } from 'node:fs'

import fc from 'fast-check'

import * as edit from '../../src/journeys/model/edit'
import { ACTIONS, type Graph, ids, KINDS, nodeOf, OPERATORS, QUESTION_TYPES, wayId } from '../../src/journeys/model/graph'
import { type Json, type Members, text } from '../../src/journeys/model/json'

export const BEGINNING: Graph = { startNode: 'end', nodes: { end: { id: 'end', type: 'end', action: 'none', message: '' } } }

export function example(): Graph {
  return JSON.parse(readFileSync(new URL('../../../journeys/example.json', import.meta.url), 'utf8')) as Graph
}

export function graph(...nodes: Members[]): Graph {
  return { startNode: text(nodes[0]?.id), nodes: Object.fromEntries(nodes.map((node) => [text(node.id), node])) }
}

export function ask(id: string, nextNode?: string, more: Members = {}): Members {
  return { id, type: 'question', questionType: 'text', question: `${id}?`, ...(nextNode === undefined ? {} : { nextNode }), ...more }
}

export function choose(id: string, map: Record<string, string>, more: Members = {}): Members {
  const options = Object.keys(map).map((value) => ({ label: value.toUpperCase(), value }))
  return { id, type: 'question', questionType: 'single_choice', question: `${id}?`, options, nextNodeMap: map, ...more }
}

export function end(id = 'end'): Members {
  return { id, type: 'end', action: 'none', message: 'Thank you.' }
}

/** A chain of so many questions, every fifth of which branches. */
export function long(many: number): Graph {
  const nodes = Array.from({ length: many }, (_, index): Members => {
    const next = (by: number) => (index + by < many ? `q${index + by}` : 'end')
    return index % 5 === 0 ? choose(`q${index}`, { a: next(1), b: next(2), c: next(3) }) : ask(`q${index}`, next(1))
  })
  return graph(...nodes, end())
}

const names = ['a', 'b', 'c', 'd', 'constructor', '__proto__', 'node-7']
const name = fc.constantFrom(...names)
const word = fc.constantFrom('yes', 'no', '', '1', 'toString', '__proto__')
const rule = fc.record({ node: name, operator: fc.constantFrom(...OPERATORS), value: fc.oneof(word, fc.integer()), nextNode: name }, { requiredKeys: [] })
const node = fc.record({
  id: name, type: fc.constantFrom(...KINDS, 'other'), questionType: fc.constantFrom(...QUESTION_TYPES), question: fc.constantFrom('{{a}}?', ''), message: word,
  required: fc.boolean(), nextNode: name, nextNodeMap: fc.dictionary(word, name), options: fc.array(fc.record({ label: word, value: word }), { maxLength: 4 }),
  rules: fc.array(rule, { maxLength: 3 }), action: fc.constantFrom(...ACTIONS), ticket: fc.dictionary(fc.constantFrom('subject', 'category'), word),
  submission: fc.dictionary(fc.constantFrom('brand', 'amount'), name), kept: fc.integer(),
}, { requiredKeys: ['type'] })

/** Anything near the format, with ways to nodes that are not there. */
export const anyGraph: fc.Arbitrary<Graph> = fc.record({
  startNode: name, nodes: fc.uniqueArray(name, { maxLength: 6 }).chain((keys) => fc.tuple(...keys.map((key) => node.map((members) => [key, { ...members, id: key }] as const)))
    .map((pairs) => Object.fromEntries(pairs))),
}, { requiredKeys: ['nodes'] }) as fc.Arbitrary<unknown> as fc.Arbitrary<Graph>

/** Anything at all. */
export const anyJson = fc.oneof(anyGraph, fc.object({ maxDepth: 4 }).map((found) => JSON.parse(JSON.stringify(found)) as Graph),
  fc.record({ startNode: fc.jsonValue(), nodes: fc.dictionary(name, fc.jsonValue()) }) as fc.Arbitrary<unknown> as fc.Arbitrary<Graph>)

/** A step that a builder takes, whatever the graph is: places are taken of what is there. */
export type Act = (graph: Graph) => Graph
const place = fc.nat(9)

function at(from: Graph, number: number): string {
  const all = ids(from)
  return all[number % Math.max(1, all.length)] ?? 'nobody'
}

function way(from: Graph, id: string, number: number): string {
  const ways = nodeOf(from, id)?.ways ?? []
  const found = ways[number % Math.max(1, ways.length)]
  return found === undefined ? 'next' : wayId(found)
}

export const act: fc.Arbitrary<Act> = fc.tuple(fc.nat(19), place, place, place, word, fc.constantFrom(...KINDS), fc.constantFrom(...QUESTION_TYPES))
  .map(([which, one, two, three, said, kind, type]): Act => (from) => {
    const [id, other] = [at(from, one), at(from, two)]
    const acts: (() => Graph)[] = [
      () => edit.addNode(from, kind, { type }).graph,
      () => edit.addNode(from, kind, { at: { node: id, way: way(from, id, two) }, type }).graph,
      () => edit.removeNodes(from, [id]),
      () => edit.removeNodes(from, [id, other]),
      () => edit.duplicate(from, [id, other]).graph,
      () => edit.connect(from, id, way(from, id, three), other),
      () => edit.connect(from, id, way(from, id, three), null),
      () => edit.setStart(from, id),
      () => edit.rename(from, id, said === '' ? 'new' : said),
      () => edit.moveAlong(from, id, one % 2 === 0 ? 1 : -1),
      () => edit.setQuestionType(from, id, type),
      () => edit.setKind(from, id, kind, type),
      () => edit.addOption(from, id, said),
      () => edit.setOption(from, id, two, { value: said }),
      () => edit.removeOption(from, id, two),
      () => edit.moveItem(from, id, one % 2 === 0 ? 'options' : 'rules', two, three),
      () => edit.addItem(from, id, 'rules', { node: other, operator: 'equals', value: said }),
      () => edit.setRule(from, id, two, { operator: 'answered', value: undefined as Json | undefined }),
      () => edit.removeRule(from, id, two),
      () => edit.mapAnswer(from, id, said, other),
    ]
    return acts[which]?.() ?? from
  })

export const acts = fc.array(act, { maxLength: 30 })
