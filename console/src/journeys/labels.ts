/** What nodes and ways are called. */
import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { firstWords } from './desk/desk'
import { type Graph, has, leadsTo, type Node, nodeOf, type Operator, OPERATORS, type Rule, startOf, type Way } from './model/graph'
import type { Row } from './model/outline'

export interface Labels {
  /** The node's first words. */
  title: (id: string) => string
  /** Its kind, as "Question · Text". */
  kind: (node: Node) => string
  way: (node: Node, way: Way) => string
  /** Where a way leads, in words. */
  target: (node: Node, way: Way) => string
  /** All of a node for who does not see it drawn. */
  story: (row: Row, problems: number) => string
}

export function useLabels(graph: Graph): Labels {
  const { t } = useTranslation('journeys')
  return useMemo(() => labelsOf(graph, t), [graph, t])
}

function labelsOf(graph: Graph, t: TFunction<'journeys'>): Labels {
  const ofRule = (rule: Rule) => {
    const operator = OPERATORS.find((name) => name === rule.operator)
    const question = nodeOf(graph, rule.node)
    return t('node.rule', {
      question: question === null ? t('node.noQuestion') : firstWords(question.text, 40) || rule.node,
      operator: operator === undefined ? rule.operator : t(`operator.${operator}`), value: compared(question, rule, operator),
    }).trim()
  }
  const title = (id: string) => {
    const node = nodeOf(graph, id)
    if (node === null) return t('node.missing', { id })
    if (node.kind === 'condition') return node.rules.map(ofRule).join(' · ') || t('kind.condition')
    return firstWords(node.text, 90) || (node.kind === 'end' ? t(`action.${node.action ?? 'none'}`) : t('node.untitled'))
  }
  const way = (node: Node, found: Way) => {
    if (found.kind === 'next') return node.ways.length > 1 ? t('node.otherwise') : t('node.next')
    if (found.kind === 'map') return node.options.find((option) => option.value === found.key)?.label.trim() ?? found.key
    const rule = node.rules[found.key]
    return rule === undefined ? '' : ofRule(rule)
  }
  const kind = (node: Node) => (node.kind === null ? t('kind.unknown') : node.kind === 'question' && node.questionType !== null ? t(`type.${node.questionType}`)
    : node.kind === 'end' && node.text.trim() !== '' ? t('node.end', { action: t(`action.${node.action ?? 'none'}`) }) : t(`kind.${node.kind}`))
  const target = (node: Node, found: Way) => {
    const to = leadsTo(node, found)
    if (to === null) return t('node.nowhere')
    return has(graph, to) ? title(to) : t('node.missing', { id: to })
  }
  const story = (row: Row, problems: number) => {
    const node = nodeOf(graph, row.id)
    if (node === null) return row.id
    const ways = node.ways.map((found) => leadsTo(node, found) === null ? t('node.leadsNowhere', { way: way(node, found) }) : t('node.leads', { way: way(node, found), to: target(node, found) }))
    const about = t('node.about', { kind: kind(node), text: title(row.id) })
    return [startOf(graph) === row.id ? t('node.starting', { about }) : about, ...(row.reached ? [] : [t('node.unreached')]), ...ways,
      ...(problems === 0 ? [] : [t('node.problems', { count: problems })])].join('. ')
  }
  return { title, kind, way, target, story }
}

function compared(question: Node | null, rule: Rule, operator: Operator | undefined): string {
  if (operator === 'answered' || operator === 'not_answered') return ''
  const values = Array.isArray(rule.value) ? rule.value as readonly unknown[] : [rule.value]
  return values.map((value) => question?.options.find((option) => option.value === value)?.label ?? (typeof value === 'string' ? `“${value}”` : typeof value === 'number' ? String(value) : '…')).join(', ')
}
