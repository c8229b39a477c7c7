/** What is wrong, for people: one sentence that names what it is about. */
import type { TFunction } from 'i18next'

import { firstWords } from './desk/desk'
import { type Graph, isChoice, type Node, nodeOf, type Option } from './model/graph'
import { own } from './model/json'
import type { Problem } from './Table'

const ALIKE = new Intl.Collator('en', { sensitivity: 'accent' }) // capital letters make no other label

type Texts = TFunction<'journeys'>

const CODES = [
  'no_start', 'unreachable', 'no_end', 'endless_circle', 'unknown_target', 'option_leads_nowhere', 'leads_nowhere', 'next_never_taken', 'option_twice', 'label_twice', 'map_never_taken', 'empty_range', 'no_date',
  'bad_pattern', 'inserts_nothing', 'compares_nothing', 'rule_never_true', 'tag_too_long', 'unknown_priority', 'unknown_category', 'bad_mapping', 'card_not_described', 'photo_of_card', 'id_differs', 'unknown_member',
  'malformed', 'too_large', 'too_many_nodes', 'too_many_values', 'too_much', 'not_json',
] as const
const MEMBERS = [
  'startNode', 'nodes', 'type', 'questionType', 'question', 'help', 'message', 'required', 'options', 'validation', 'nextNode', 'nextNodeMap', 'rules', 'action', 'ticket', 'subject', 'category', 'priority', 'tags', 'submission', 'id',
] as const
const BOUNDS = ['min', 'max', 'minLength', 'maxLength', 'maxFiles', 'pattern'] as const
const CARD = ['brand', 'country', 'amount'] as const
/** What may stand empty, and has a sentence of its own. */
const LACKING = ['question', 'message', 'options', 'label', 'value', 'nextNode', 'subject', 'startNode', 'nodes'] as const

/** In the reader's language; in the server's words where it knows of more than this page. */
export function sentence(problem: Problem, graph: Graph, t: Texts): string {
  const node = problem.node === null ? null : nodeOf(graph, problem.node)
  const [first = '', second = '', third = ''] = problem.member.split('.')
  const last = third !== '' ? third : first === 'ticket' ? second : first
  const thing = named(problem.member, node, t)
  if (problem.code === 'missing') {
    if (first === 'rules' && second !== '') return t('lacking.rule', { thing: t('edit.rule', { number: place(second) }) })
    const lacking = LACKING.find((name) => name === last)
    return lacking === undefined ? t('lacking.other', { thing }) : t(`lacking.${lacking}`, { thing: first === 'options' ? t('edit.option', { number: place(second) }) : thing })
  }
  const code = CODES.find((name) => name === problem.code)
  if (code === undefined) return problem.message
  if (code === 'leads_nowhere' && node !== null && isChoice(node.questionType)) return t('problem.skip_leads_nowhere')
  return t(`problem.${code}`, { thing, ...details(problem, node, graph), member: problem.member })
}

function details(problem: Problem, node: Node | null, graph: Graph): { value: string; first: string; second: string } {
  const at = problem.member.split('.')[1] ?? ''
  const option = node?.options[Number(at)]
  if (problem.code === 'label_twice') return { value: option?.label.trim() ?? '', ...pair(node, at, (one, other) => ALIKE.compare(plain(one.label), plain(other.label)) === 0) }
  if (problem.code === 'option_twice') return { value: option?.value ?? '', ...pair(node, at, (one, other) => one.value === other.value) }
  const said = textAt(node, problem.member)
  const value = problem.code === 'inserts_nothing' ? unknown(said, graph).join(', ') : said
  return { value: firstWords(value), first: '', second: '' }
}

/** The numbers of an option and of the first one that is like it. */
function pair(node: Node | null, at: string, alike: (one: Option, other: Option) => boolean): { first: string; second: string } {
  const found = node?.options[Number(at)]
  const first = node?.options.findIndex((option) => found !== undefined && alike(option, found)) ?? -1
  return { first: place(String(first)), second: place(at) }
}

function plain(label: string): string {
  return label.trim().replace(/\s+/gu, ' ')
}

/** What a member of a node is called; ways by the answer that takes them. */
function named(member: string, node: Node | null, t: Texts): string {
  const [first = '', second = '', third = ''] = member.split('.')
  if (second === '') return t(`member.${MEMBERS.find((name) => name === first) ?? ''}`)
  if (first === 'options') return t(third === 'value' ? 'member.optionValue' : 'edit.option', { number: place(second) })
  if (first === 'rules') return t('edit.rule', { number: place(second) })
  if (first === 'nextNodeMap') return answer(member.slice('nextNodeMap.'.length), node)
  if (first === 'validation') { const bound = BOUNDS.find((name) => name === second); return bound === undefined ? t('member.validation') : boundName(bound, node, t) }
  if (first === 'submission') { const field = CARD.find((name) => name === second); return field === undefined ? t('member.submission') : t(`edit.${field}`) }
  if (first === 'ticket' && second === 'tags' && third !== '') return t('member.tag', { number: place(third) })
  return t(`member.${MEMBERS.find((name) => name === (first === 'ticket' ? second : first)) ?? ''}`)
}

function boundName(bound: (typeof BOUNDS)[number], node: Node | null, t: Texts): string {
  if (node?.questionType === 'date' && (bound === 'min' || bound === 'max')) return t(bound === 'min' ? 'edit.earliest' : 'edit.latest')
  return t(`edit.${bound}`)
}

/** An option's label; with its value where another one is called the same. */
function answer(value: string, node: Node | null): string {
  const option = node?.options.find((each) => each.value === value)
  const label = option?.label.trim() ?? ''
  if (label === '') return value
  return (node?.options.filter((each) => each.label.trim() === label).length ?? 0) > 1 ? `${label} (${value})` : label
}

function textAt(node: Node | null, member: string): string {
  const found = member.split('.').reduce<unknown>((from, name) => {
    if (Array.isArray(from)) return (from as readonly unknown[])[Number(name)]
    return typeof from === 'object' && from !== null ? own(from as Node['raw'], name) : undefined
  }, node?.raw)
  return typeof found === 'string' ? found : ''
}

/** The ids that a text inserts and that are no questions. */
function unknown(said: string, graph: Graph): string[] {
  return [...new Set([...said.matchAll(/\{\{([^{}]*)\}\}/gu)].map((found) => (found[1] ?? '').trim()))].filter((id) => nodeOf(graph, id)?.kind !== 'question')
}

function place(index: string): string {
  return String(Number(index) + 1)
}
