/** The draft as React Flow takes it; what did not change stays the same object, so that nothing of it is drawn again. */
import { MarkerType, Position } from '@xyflow/react'
import type { TFunction } from 'i18next'

import type { Labels } from '../labels'
import { edges, type Graph, has, type Node, nodeOf, startOf, type Way, wayId } from '../model/graph'
import { type Box, type Point, wayTop, WIDTH } from '../model/layout'
import type { Row } from '../model/outline'
import type { Builder, Figures, Problem } from '../Table'
import type { CardData, CardNode, Line } from './Card'
import type { LeadEdge } from './Lead'

export interface Seen {
  readonly graph: Graph
  readonly rows: readonly Row[]
  readonly boxes: ReadonlyMap<string, Box>
  readonly bends: ReadonlyMap<string, readonly Point[]>
  readonly labels: Labels
  readonly problems: ReadonlyMap<string, readonly Problem[]>
  readonly figures: Figures | undefined
  readonly path: readonly string[]
  readonly chosen: readonly string[]
  readonly current: string | null
  readonly edge: string | null
  readonly language: string
}

type Texts = TFunction<'journeys'>

/** Keeps what it made, to give it again where nothing changed. */
export class Drawing {
  readonly #cards = new Map<string, { signature: string; raw: Node; card: CardNode }>()
  readonly #leads = new Map<string, { signature: string; lead: LeadEdge }>()
  readonly #t: Texts
  readonly #ask: Builder['ask']
  readonly #mayChange: boolean

  constructor(t: Texts, ask: Builder['ask'], mayChange: boolean) {
    this.#t = t
    this.#ask = ask
    this.#mayChange = mayChange
  }

  readonly #onAdd = (node: string, way: string) => { this.#ask({ node, way }) }

  cards(seen: Seen): CardNode[] {
    const start = startOf(seen.graph)
    const [tabbable] = seen.current === null ? seen.rows.map((row) => row.id) : [seen.current]
    const passed = new Set(seen.path)
    const chosen = new Set(seen.chosen)
    const figures = new Map(seen.figures?.nodes.map((node) => [node.node, node]))
    return seen.rows.flatMap((row) => {
      const node = nodeOf(seen.graph, row.id)
      const box = seen.boxes.get(row.id)
      if (node === null || box === undefined) return []
      const found = seen.problems.get(row.id) ?? []
      const errors = found.filter((problem) => problem.level === 'error').length
      const drawn = {
        kind: seen.labels.kind(node), title: seen.labels.title(row.id), lines: node.ways.map((way) => this.#line(seen, node, way)),
        start: start === row.id ? this.#t('node.start') : null, errors, warnings: found.length - errors, passed: passed.has(row.id),
        ...this.#figures(seen, node, start === row.id, figures.get(row.id)),
      }
      const story = seen.labels.story(row, found.length)
      const tab = row.id === tabbable ? 0 : -1
      const signature = JSON.stringify([drawn, story, tab, box, chosen.has(row.id)])
      const known = this.#cards.get(row.id)
      if (known?.signature === signature && known.raw === node) return [known.card]
      const data: CardData = { node, ...drawn, onAdd: this.#mayChange ? this.#onAdd : null }
      const card: CardNode = {
        id: row.id, type: 'card', data, position: { x: box.x, y: box.y }, width: box.width, height: box.height, selected: chosen.has(row.id),
        ariaRole: 'group', ariaLabel: story, handles: handles(node, box),
        domAttributes: { tabIndex: tab, 'aria-roledescription': this.#t('node.step'), 'aria-describedby': 'canvas-hint' },
      }
      this.#cards.set(row.id, { signature, raw: node, card })
      return [card]
    })
  }

  leads(seen: Seen): LeadEdge[] {
    const passed = new Map(seen.path.slice(1).map((to, place) => [`${seen.path[place] ?? ''} ${to}`, true]))
    return edges(seen.graph).map((edge) => {
      const node = nodeOf(seen.graph, edge.from)
      const label = this.#t('canvas.edge', { from: seen.labels.title(edge.from), to: seen.labels.title(edge.to) })
      const data = { passed: passed.has(`${edge.from} ${edge.to}`), near: edge.from === seen.current || edge.to === seen.current, bends: seen.bends.get(edge.id) ?? [], insert: this.#t('canvas.insert') }
      const selected = seen.edge === edge.id
      const signature = JSON.stringify([edge.to, data, selected, label, node?.ways.length])
      const known = this.#leads.get(edge.id)
      if (known?.signature === signature) return known.lead
      const lead: LeadEdge = {
        id: edge.id, type: 'lead', source: edge.from, sourceHandle: edge.way, target: edge.to, selected, ariaLabel: label, focusable: false, domAttributes: { 'aria-roledescription': this.#t('canvas.way') },
        data: { ...data, onInsert: this.#mayChange ? () => { this.#ask({ node: edge.from, way: edge.way }) } : null },
        markerEnd: { type: MarkerType.ArrowClosed, width: 16, height: 16, color: data.passed ? 'var(--good)' : data.near || selected ? 'var(--accent)' : 'var(--line-strong)' },
      }
      this.#leads.set(edge.id, { signature, lead })
      return lead
    })
  }

  #line(seen: Seen, node: Node, way: Way): Line {
    const text = seen.labels.way(node, way)
    const led = way.to !== null && has(seen.graph, way.to)
    const asOthers = way.kind === 'map' && way.to === null && node.ways.some((other) => other.kind === 'next' && other.to !== null)
    const remark = led ? '' : way.to !== null ? seen.labels.target(node, way) : asOthers ? this.#t('node.asOthers') : ''
    return { id: wayId(way), text, remark, open: way.to === null && !asOthers, label: this.#t('node.addHere', { way: text }) }
  }

  #figures(seen: Seen, node: Node, start: boolean, counts: Figures['nodes'][number] | undefined): { figures: string | null; dropped: boolean } {
    if (seen.figures === undefined) return { figures: null, dropped: false }
    const number = new Intl.NumberFormat(seen.language)
    const share = new Intl.NumberFormat(seen.language, { style: 'percent', maximumFractionDigits: 0 })
    const parts: string[] = start ? [this.#t('node.starts', { count: seen.figures.starts, formatted: number.format(seen.figures.starts) })] : []
    if (counts === undefined) return { figures: parts.length === 0 ? null : parts.join(' · '), dropped: false }
    if (!start || counts.reached !== seen.figures.starts) parts.push(this.#t('node.reached', { count: counts.reached }))
    const drop = counts.drop_off ?? 0
    if (node.kind === 'question') parts.push(this.#t('node.stops', { share: share.format(drop) }))
    return { figures: parts.join(' · '), dropped: drop >= 0.25 && counts.dropped > 0 }
  }
}

/** Where edges begin and end, so that they are right before the node was ever drawn. */
function handles(node: Node, box: Box) {
  return [
    { type: 'target' as const, position: Position.Left, id: null, x: -6, y: box.height / 2 - 6, width: 12, height: 12 },
    ...node.ways.map((way, place) => ({ type: 'source' as const, position: Position.Right, id: wayId(way), x: WIDTH - 8, y: wayTop(place) - 8, width: 16, height: 16 })),
  ]
}
