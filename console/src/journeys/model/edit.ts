/** What a builder does to a journey's graph. Each is a function from a graph to the next one; nodes that it does not touch stay the same
 * objects. None of them makes a way to a node that is not there. */
import { type Graph, has, ids, isChoice, type Kind, KINDS, maps, type Node, nodeOf, nodesOf, type QuestionType, startOf, targets, type Way, wayOf } from './graph'
import { type Json, list, members, type Members, text, withMember, without } from './json'

type Change = (node: Members) => Members

export function changeNode(graph: Graph, id: string, change: Change): Graph {
  if (!has(graph, id)) return graph
  const before = members(nodesOf(graph)[id])
  const after = change(before)
  return after === before ? graph : { ...graph, nodes: { ...nodesOf(graph), [id]: after } }
}

export function setMember(graph: Graph, id: string, name: string, value: Json | undefined): Graph {
  return changeNode(graph, id, (node) => (node[name] === value ? node : withMember(node, name, value)))
}

/** A member of a member, such as `min` of `validation`; what is empty then is taken away as a whole. */
export function setInner(graph: Graph, id: string, name: string, inner: string, value: Json | undefined): Graph {
  return changeNode(graph, id, (node) => {
    const changed = withMember(members(node[name]), inner, value)
    return withMember(node, name, Object.keys(changed).length === 0 && name !== 'ticket' ? undefined : changed)
  })
}

// Nodes.

const BEGUN: Record<Kind, (type: QuestionType) => Members> = {
  question: (type) => ({ questionType: type, question: '', ...(isChoice(type) ? { options: [] } : {}) }),
  message: () => ({ message: '' }),
  condition: () => ({ rules: [] }),
  end: () => ({ action: 'create_ticket', ticket: { subject: '', priority: 'normal', tags: [] }, message: '' }),
}

/** An id that no node has, with a number higher than all of them. */
export function freshId(graph: Graph, kind: string): string {
  const numbers = ids(graph).map((id) => Number(/(\d{1,9})$/.exec(id)?.[1] ?? 0))
  return `${kind}-${Math.max(0, ...numbers) + 1}`
}

export interface Place { readonly node: string; readonly way: string }
/** A place of no node: where the journey starts. */
export const START = 'start'

const OTHERS = KINDS.filter((kind): kind is Exclude<Kind, 'question'> => kind !== 'question')

/** What may be added in a place, beside questions: at the start there is no answer yet that a condition could ask for, and nothing to end. */
export function othersAt(place: string): readonly Exclude<Kind, 'question'>[] {
  return place === START ? OTHERS.filter((kind) => kind === 'message') : OTHERS
}

/** A new node; at the end of a way or at the start, where one is named: what that led to comes after the new node. */
export function addNode(graph: Graph, kind: Kind, { at, type = 'text' }: { at?: Place | typeof START | undefined; type?: QuestionType | undefined } = {}): { graph: Graph; id: string } {
  const id = freshId(graph, kind)
  const from = at === undefined || at === START ? null : nodeOf(graph, at.node)
  const way = from === null || at === undefined || at === START ? null : wayOf(from, at.way)
  const led = at === START ? startOf(graph) : way?.to
  const after = led != null && has(graph, led) && kind !== 'end' ? { nextNode: led } : {}
  const node = { id, type: kind, ...BEGUN[kind](type), ...after }
  const added: Graph = { ...graph, nodes: { ...nodesOf(graph), [id]: node } }
  if (way !== null && at !== undefined && at !== START) return { graph: connect(added, at.node, at.way, id), id }
  return { graph: at !== START && has(added, startOf(added)) ? added : { ...added, startNode: id }, id }
}

/** Without these nodes. Where one of them had a single way on, whoever came to it goes there instead. */
export function removeNodes(graph: Graph, gone: readonly string[]): Graph {
  return gone.reduce(removeNode, graph)
}

function removeNode(graph: Graph, gone: string): Graph {
  if (!has(graph, gone)) return graph
  const on = targets(graph, gone).filter((to) => to !== gone)
  const instead = on.length === 1 ? on[0] : undefined
  const left = Object.fromEntries(Object.entries(without(nodesOf(graph), gone)).map(([id, node]) => [id, forgetNode(node, gone, id === instead ? undefined : instead)]))
  const start = startOf(graph) === gone ? instead : startOf(graph) ?? undefined
  return withMember({ ...graph, nodes: left }, 'startNode', start)
}

/** A node that led to the one that is gone, or asked for its answer. */
function forgetNode(raw: Json, gone: string, instead: string | undefined): Json {
  const node = members(raw)
  const led = redirect(node, (to) => (to === gone ? instead : to))
  const rules = list(led.rules)
  const unasked = rules.some((rule) => members(rule).node === gone)
    ? { ...led, rules: rules.map((rule) => (members(rule).node === gone ? without(members(rule), 'node') : rule)) } : led
  const submission = members(unasked.submission)
  const named = Object.entries(submission).filter(([, question]) => question !== gone)
  if (named.length === Object.keys(submission).length) return unasked === node ? raw : unasked
  return withMember(unasked, 'submission', named.length === 0 ? undefined : Object.fromEntries(named))
}

/** The same node with its ways leading elsewhere; undefined takes a way's target away. */
function redirect(node: Members, to: (id: string) => string | undefined): Members {
  let changed = node
  const set = (name: string, value: Json | undefined) => { if (changed[name] !== value) changed = withMember(changed, name, value) }
  if (typeof node.nextNode === 'string') set('nextNode', to(node.nextNode))
  const map = Object.entries(members(node.nextNodeMap))
  if (map.some(([, target]) => typeof target === 'string' && to(target) !== target)) {
    const kept = map.flatMap(([key, target]) => { const next = typeof target === 'string' ? to(target) : target; return next === undefined ? [] : [[key, next] as const] })
    set('nextNodeMap', kept.length === 0 ? undefined : Object.fromEntries(kept))
  }
  const rules = list(node.rules)
  if (rules.some((rule) => { const target = members(rule).nextNode; return typeof target === 'string' && to(target) !== target })) {
    set('rules', rules.map((rule) => { const target = members(rule).nextNode; return typeof target === 'string' ? withMember(members(rule), 'nextNode', to(target)) : rule }))
  }
  return changed
}

/** Copies of these nodes, under new ids. Ways between them lead between the copies, the others where they led. */
export function duplicate(graph: Graph, chosen: readonly string[]): { graph: Graph; copies: string[] } {
  const renamed = new Map<string, string>()
  let grown = graph
  for (const id of chosen) {
    const node = nodeOf(graph, id)
    if (node === null || renamed.has(id)) continue
    const copy = freshId(grown, node.kind ?? 'node')
    renamed.set(id, copy)
    grown = { ...grown, nodes: { ...nodesOf(grown), [copy]: { ...without(node.raw, 'position'), id: copy } } }
  }
  for (const copy of renamed.values()) grown = changeNode(grown, copy, (node) => redirect(node, (to) => (has(graph, to) ? renamed.get(to) ?? to : undefined)))
  return { graph: grown, copies: [...renamed.values()] }
}

/** The same graph with another id for a node, wherever it is named; unchanged where the id is taken or could not be one. */
export function rename(graph: Graph, id: string, next: string): Graph {
  if (id === next || !has(graph, id) || has(graph, next) || !/^[^{}\s]{1,100}$/u.test(next)) return graph
  const nodes = Object.entries(nodesOf(graph)).map(([key, raw]): [string, Json] => {
    const node = members(raw)
    const renamed = renameWithin(node, id, next)
    return key === id ? [next, { ...renamed, id: next }] : [key, renamed === node ? raw : renamed]
  })
  return { ...graph, ...(startOf(graph) === id ? { startNode: next } : {}), nodes: Object.fromEntries(nodes) }
}

function renameWithin(node: Members, id: string, next: string): Members {
  let changed = redirect(node, (to) => (to === id ? next : to))
  if (list(changed.rules).some((rule) => members(rule).node === id)) {
    changed = { ...changed, rules: list(changed.rules).map((rule) => (members(rule).node === id ? { ...members(rule), node: next } : rule)) }
  }
  if (Object.values(members(changed.submission)).includes(id)) {
    changed = { ...changed, submission: Object.fromEntries(Object.entries(members(changed.submission)).map(([field, question]) => [field, question === id ? next : question])) }
  }
  const inserted = (value: Json): Json => {
    if (typeof value === 'string') return value.replace(/\{\{([^{}]*)\}\}/g, (whole, key: string) => (key.trim() === id ? `{{${next}}}` : whole))
    if (Array.isArray(value)) return value.map(inserted)
    return value
  }
  const written = (from: Members, names: readonly string[]) => names.reduce((into, name) => {
    const before = into[name]
    const after = before === undefined ? undefined : inserted(before)
    return after === undefined || JSON.stringify(after) === JSON.stringify(before) ? into : { ...into, [name]: after }
  }, from)
  changed = written(changed, ['question', 'help', 'message'])
  const ticket = members(changed.ticket)
  const told = written(ticket, ['subject', 'category', 'priority', 'tags'])
  return told === ticket ? changed : { ...changed, ticket: told }
}

export function setStart(graph: Graph, id: string): Graph {
  return !has(graph, id) || startOf(graph) === id ? graph : { ...graph, startNode: id }
}

/** Trade places with the node before (-1) or behind (1) in a row of nodes that each have one way on; unchanged elsewhere. */
export function moveAlong(graph: Graph, id: string, by: -1 | 1): Graph {
  if (by === 1) return tradeWithNext(graph, id)
  const before = ids(graph).filter((other) => onlyTarget(graph, other) === id)
  return before.length === 1 && before[0] !== undefined ? tradeWithNext(graph, before[0]) : graph
}

export function canMoveAlong(graph: Graph, id: string, by: -1 | 1): boolean {
  return moveAlong(graph, id, by) !== graph
}

/** Where a node leads that has no way but `nextNode`. */
function onlyTarget(graph: Graph, id: string): string | null {
  const node = nodeOf(graph, id)
  const to = targets(graph, id)
  return node !== null && node.ways.every((way) => way.kind === 'next' || way.to === null) && to.length === 1 ? to[0] ?? null : null
}

function tradeWithNext(graph: Graph, first: string): Graph {
  const second = onlyTarget(graph, first)
  const third = second === null ? null : onlyTarget(graph, second)
  if (second === null || third === null || second === first || third === first || third === second) return graph
  let traded = { ...graph, nodes: Object.fromEntries(Object.entries(nodesOf(graph)).map(([id, node]): [string, Json] => (
    id === first || id === second ? [id, node] : [id, redirect(members(node), (to) => (to === first ? second : to))]))) }
  if (startOf(graph) === first) traded = { ...traded, startNode: second } as typeof traded
  return setMember(setMember(traded, second, 'nextNode', first), first, 'nextNode', third)
}

// Ways.

/** A way leads there from now on; null: nowhere. */
export function connect(graph: Graph, id: string, way: string, to: string | null): Graph {
  const node = nodeOf(graph, id)
  const found = node === null ? null : wayOf(node, way)
  if (found === null || (to !== null && !has(graph, to))) return graph
  return changeNode(graph, id, (raw) => lead(raw, found, to ?? undefined))
}

function lead(raw: Members, way: Way, to: string | undefined): Members {
  if (way.kind === 'next') return withMember(raw, 'nextNode', to)
  if (way.kind === 'rule') return { ...raw, rules: list(raw.rules).map((rule, place) => (place === way.key ? withMember(members(rule), 'nextNode', to) : rule)) }
  const map = withMember(members(raw.nextNodeMap), way.key, to)
  return withMember(raw, 'nextNodeMap', Object.keys(map).length === 0 ? undefined : map)
}

/** The first way of a node that leads nowhere yet, else its last one: where a new node is put, and what a drag begins with. */
export function openWay(node: Node): string | null {
  const next = node.ways.at(-1)
  const open = node.ways.find((way) => way.to === null && !(way.kind === 'map' && next?.to != null))
  const way = open ?? next
  return way === undefined ? null : way.kind === 'next' ? 'next' : `${way.kind}:${way.key}`
}

/** An answer's value that leads somewhere of its own; for texts, numbers and dates. */
export function mapAnswer(graph: Graph, id: string, key: string, to: string): Graph {
  if (!has(graph, to)) return graph
  return changeNode(graph, id, (node) => ({ ...node, nextNodeMap: { ...members(node.nextNodeMap), [key]: to } }))
}

export function renameAnswer(graph: Graph, id: string, key: string, next: string): Graph {
  return changeNode(graph, id, (node) => {
    const map = members(node.nextNodeMap)
    return key === next || !Object.hasOwn(map, key) || Object.hasOwn(map, next) ? node : { ...node, nextNodeMap: renamedKey(map, key, next) }
  })
}

function renamedKey(from: Members, key: string, next: string): Members {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name === key ? next : name, value]))
}

// Lists: options of a question, rules of a condition.

type Listed = 'options' | 'rules'

export function addItem(graph: Graph, id: string, name: Listed, item: Members): Graph {
  return changeNode(graph, id, (node) => ({ ...node, [name]: [...list(node[name]), item] }))
}

export function moveItem(graph: Graph, id: string, name: Listed, from: number, to: number): Graph {
  return changeNode(graph, id, (node) => {
    const items = [...list(node[name])]
    if (from === to || from < 0 || from >= items.length || to < 0 || to >= items.length) return node
    const [moved] = items.splice(from, 1)
    if (moved !== undefined) items.splice(to, 0, moved)
    return { ...node, [name]: items }
  })
}

export function addOption(graph: Graph, id: string, label: string): Graph {
  const taken = new Set(nodeOf(graph, id)?.options.map((option) => option.value))
  return addItem(graph, id, 'options', { label, value: freeValue(label, taken) })
}

/** A value made of a label, that no other option has. */
export function freeValue(label: string, taken: ReadonlySet<string>): string {
  const plain = label.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_|_$/g, '').slice(0, 60)
  const base = plain === '' ? 'option' : plain
  if (plain !== '' && !taken.has(base)) return base
  let number = plain === '' ? 1 : 2
  while (taken.has(`${base}_${number}`)) number += 1
  return `${base}_${number}`
}

export function setOption(graph: Graph, id: string, place: number, change: { label?: string; value?: string }): Graph {
  return changeNode(graph, id, (node) => {
    const options = list(node.options)
    const option = members(options[place])
    if (options[place] === undefined) return node
    const changed = { ...node, options: options.map((other, index) => (index === place ? { ...option, ...change } : other)) }
    const before = text(option.value)
    const map = members(node.nextNodeMap)
    const alone = options.filter((other) => members(other).value === before).length === 1
    const moves = change.value !== undefined && change.value !== before && alone && Object.hasOwn(map, before) && !Object.hasOwn(map, change.value)
    return moves && change.value !== undefined ? { ...changed, nextNodeMap: renamedKey(map, before, change.value) } : changed
  })
}

export function removeOption(graph: Graph, id: string, place: number): Graph {
  return changeNode(graph, id, (node) => {
    const options = list(node.options)
    if (options[place] === undefined) return node
    const value = text(members(options[place]).value)
    const left = { ...node, options: options.filter((_, index) => index !== place) }
    return left.options.some((other) => members(other).value === value) ? left : lead(left, { kind: 'map', key: value, to: null }, undefined)
  })
}

export function setRule(graph: Graph, id: string, place: number, change: Record<string, Json | undefined>): Graph {
  return changeNode(graph, id, (node) => ({
    ...node, rules: list(node.rules).map((rule, index) => (
      index === place ? Object.entries(change).reduce((into, [name, value]) => withMember(into, name, value), members(rule)) : rule)),
  }))
}

export function removeRule(graph: Graph, id: string, place: number): Graph {
  return changeNode(graph, id, (node) => ({ ...node, rules: list(node.rules).filter((_, index) => index !== place) }))
}

// Kinds.

/** Another type of question. What the new type does not know is taken away; whoever is not led elsewhere goes where the first way led. */
export function setQuestionType(graph: Graph, id: string, type: QuestionType): Graph {
  const before = nodeOf(graph, id)
  if (before?.kind !== 'question' || before.questionType === type) return graph
  const first = targets(graph, id)[0]
  return changeNode(graph, id, (node) => {
    let changed: Members = { ...without(node, 'validation'), questionType: type }
    const bothChoices = isChoice(type) && isChoice(before.questionType)
    if (isChoice(type) && !bothChoices) changed = { ...changed, options: [] }
    if (!isChoice(type)) changed = without(changed, 'options')
    if (!bothChoices) {
      changed = without(changed, 'nextNodeMap')
      if (changed.nextNode === undefined && first !== undefined) changed = { ...changed, nextNode: first }
    }
    return maps(type) ? changed : without(changed, 'nextNodeMap')
  })
}

/** Another kind of node: its text stays, and where it led first. */
export function setKind(graph: Graph, id: string, kind: Kind, type: QuestionType = 'text'): Graph {
  const before = nodeOf(graph, id)
  if (before === null || before.kind === kind) return graph
  const said = before.text
  const first = targets(graph, id)[0]
  return changeNode(graph, id, () => {
    const begun = BEGUN[kind](type)
    const spoken = 'question' in begun ? { question: said } : 'message' in begun ? { message: said } : {}
    return { id, type: kind, ...begun, ...spoken, ...(kind === 'end' || first === undefined ? {} : { nextNode: first }) }
  })
}
