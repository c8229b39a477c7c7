/** The format of a journey (docs/journeys.md) as the builder reads it. A draft may be anything: what is malformed is read as absent. */
import { type Json, list, members, type Members, own, text, textOrNull } from './json'

export const KINDS = ['question', 'message', 'condition', 'end'] as const
export const QUESTION_TYPES = ['single_choice', 'multiple_choice', 'text', 'number', 'date', 'image_upload', 'gift_card'] as const
export const ACTIONS = ['create_ticket', 'sell_gift_card', 'none'] as const
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const
export const CARD_FIELDS = ['brand', 'country', 'amount'] as const
export const OPERATORS = ['equals', 'not_equals', 'in', 'contains', 'greater_than', 'less_than', 'answered', 'not_answered'] as const

export type Kind = (typeof KINDS)[number]
export type QuestionType = (typeof QUESTION_TYPES)[number]
export type Action = (typeof ACTIONS)[number]
export type Operator = (typeof OPERATORS)[number]
export type CardField = (typeof CARD_FIELDS)[number]
/** The draft as it is stored. */
export type Graph = Members

export interface Option { readonly label: string; readonly value: string }
export interface Rule { readonly node: string; readonly operator: string; readonly value: Json | undefined; readonly to: string | null }

/** A way out of a node. `key`: the answer's value of a `map`, the place of a `rule`. `to` is null where it leads nowhere of its own. */
export type Way =
  | { readonly kind: 'next'; readonly to: string | null }
  | { readonly kind: 'map'; readonly key: string; readonly to: string | null }
  | { readonly kind: 'rule'; readonly key: number; readonly to: string | null }

export interface Node {
  readonly id: string
  readonly kind: Kind | null
  /** What it asks or says. */
  readonly text: string
  readonly questionType: QuestionType | null
  readonly help: string
  readonly required: boolean
  readonly options: readonly Option[]
  readonly validation: Members
  readonly rules: readonly Rule[]
  readonly action: Action | null
  readonly ticket: Members
  readonly submission: Members
  readonly ways: readonly Way[]
  /** As it is stored. */
  readonly raw: Members
}

const read = new WeakMap<Members, Node>()

export function nodesOf(graph: Graph): Members {
  return members(graph.nodes)
}

export function ids(graph: Graph): string[] {
  return Object.keys(nodesOf(graph))
}

export function has(graph: Graph, id: string | null | undefined): boolean {
  return id != null && Object.hasOwn(nodesOf(graph), id)
}

export function startOf(graph: Graph): string | null {
  return textOrNull(graph.startNode)
}

/** One and the same as long as the node does not change. */
export function nodeOf(graph: Graph, id: string): Node | null {
  if (!has(graph, id)) return null
  const raw = members(nodesOf(graph)[id])
  const known = read.get(raw)
  if (known?.id === id) return known
  const made = readNode(id, raw)
  read.set(raw, made)
  return made
}

export function allNodes(graph: Graph): Node[] {
  return ids(graph).flatMap((id) => nodeOf(graph, id) ?? [])
}

function one<Name extends string>(names: readonly Name[], value: Json | undefined): Name | null {
  return names.find((name) => name === value) ?? null
}

function readNode(id: string, raw: Members): Node {
  const kind = one(KINDS, raw.type)
  const questionType = kind === 'question' ? one(QUESTION_TYPES, raw.questionType) : null
  const options = list(raw.options).map(members).map((option) => ({ label: text(option.label), value: text(option.value) }))
  const rules = list(raw.rules).map(members).map((rule) => (
    { node: text(rule.node), operator: text(rule.operator), value: rule.value, to: textOrNull(rule.nextNode) }))
  const node = {
    id, kind, text: text(kind === 'question' ? raw.question : raw.message), questionType, help: text(raw.help),
    required: raw.required !== false, options, validation: members(raw.validation), rules,
    action: kind === 'end' ? (one(ACTIONS, raw.action) ?? 'none') : null, ticket: members(raw.ticket), submission: members(raw.submission), raw,
  }
  return { ...node, ways: waysOf(node) }
}

export function isChoice(type: QuestionType | null): boolean {
  return type === 'single_choice' || type === 'multiple_choice'
}

/** Whether answers of this type can lead to different nodes. */
export function maps(type: QuestionType | null): boolean {
  return type !== null && type !== 'image_upload' && type !== 'gift_card'
}

function waysOf({ kind, questionType, options, required, rules, raw }: Omit<Node, 'ways'>): Way[] {
  const next: Way = { kind: 'next', to: textOrNull(raw.nextNode) }
  switch (kind) {
    case 'message': return [next]
    case 'condition': return [...rules.map((rule, key): Way => ({ kind: 'rule', key, to: rule.to })), next]
    case 'question': {
      const map = members(raw.nextNodeMap)
      const keys = isChoice(questionType) ? [...options.map((option) => option.value), ...Object.keys(map)] : Object.keys(map)
      const mapped = [...new Set(keys)].map((key): Way => ({ kind: 'map', key, to: textOrNull(own(map, key)) }))
      // Whoever must choose, and is led somewhere by every option, takes no other way.
      const idle = isChoice(questionType) && required && next.to === null && mapped.length > 0 && mapped.every((way) => way.to !== null)
      return idle ? mapped : [...mapped, next]
    }
    default: return []
  }
}

/** A way's name among those of its node; `next`, `map:order_issue`, `rule:0`. */
export function wayId(way: Way): string {
  return way.kind === 'next' ? 'next' : `${way.kind}:${way.key}`
}

export function wayOf(node: Node, id: string): Way | null {
  return node.ways.find((way) => wayId(way) === id) ?? null
}

/** Where somebody who takes this way comes to: its own target or, where an option has none, that of everybody else. */
export function leadsTo(node: Node, way: Way): string | null {
  if (way.to !== null || way.kind !== 'map') return way.to
  return node.ways.find((other) => other.kind === 'next')?.to ?? null
}

/** The nodes that a node leads to, each once, in the order of its ways. */
export function targets(graph: Graph, id: string): string[] {
  const found = nodeOf(graph, id)?.ways.flatMap((way) => (way.to !== null && has(graph, way.to) ? [way.to] : [])) ?? []
  return [...new Set(found)]
}

export interface Edge { readonly id: string; readonly from: string; readonly way: string; readonly to: string }

/** All edges between nodes that are there. */
export function edges(graph: Graph): Edge[] {
  return allNodes(graph).flatMap((node) => node.ways.flatMap((way) => (
    way.to !== null && has(graph, way.to) ? [{ id: `${node.id} ${wayId(way)}`, from: node.id, way: wayId(way), to: way.to }] : [])))
}

/** Ways that name a node which is not there. */
export function dangling(graph: Graph): { from: string | null; to: string }[] {
  const start = startOf(graph)
  const ways = allNodes(graph).flatMap((node) => node.ways.flatMap((way) => (way.to !== null && !has(graph, way.to) ? [{ from: node.id, to: way.to }] : [])))
  return start === null || has(graph, start) ? ways : [{ from: null, to: start }, ...ways]
}

/** The nodes that lead here, each once. */
export function sources(graph: Graph, id: string): string[] {
  return [...new Set(edges(graph).filter((edge) => edge.to === id).map((edge) => edge.from))]
}
