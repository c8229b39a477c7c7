/** Where nodes stand on the canvas: from left to right, each behind those that lead to it. */
import { Graph as Drawing, layout as arrange } from '@dagrejs/dagre'

import { edges, type Graph, type Node, nodeOf } from './graph'
import { outline } from './outline'

export const WIDTH = 264 // pixels, as are all of these; the style sheet has the same
export const HEAD = 76
export const ROW = 28
export const FOOT = 8
const BESIDE = 28
const BETWEEN = 88

export interface Box { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

export function heightOf(node: Node): number {
  return HEAD + node.ways.length * ROW + FOOT
}

/** The middle of a way's row, from the top of its node. */
export function wayTop(place: number): number {
  return HEAD + place * ROW + ROW / 2
}

/** Changes when the layout does: nodes, their heights, and where they lead. */
export function shape(graph: Graph): string {
  return JSON.stringify([outline(graph).map((row) => [row.id, nodeOf(graph, row.id)?.ways.length ?? 0]), edges(graph).map((edge) => [edge.from, edge.to])])
}

export interface Point { readonly x: number; readonly y: number }

export interface Places {
  readonly boxes: ReadonlyMap<string, Box>
  /** Where edges that pass columns go between the nodes of these, by edge. */
  readonly bends: ReadonlyMap<string, readonly Point[]>
}

export function layout(graph: Graph): Places {
  const drawing = new Drawing({ multigraph: true })
  drawing.setGraph({ rankdir: 'LR', nodesep: BESIDE, ranksep: BETWEEN, marginx: 24, marginy: 24 })
  const nodes = outline(graph).flatMap(({ id }) => nodeOf(graph, id) ?? [])
  const names = new Map(nodes.map((node, place) => [node.id, String(place)])) // ids may be names that every object has
  for (const [place, node] of nodes.entries()) drawing.setNode(String(place), { width: WIDTH, height: heightOf(node) })
  // The last one first: equals come to stand in the reverse order.
  for (const { from, to, id } of edges(graph).reverse()) drawing.setEdge(names.get(from) ?? '', names.get(to) ?? '', {}, id)
  arrange(drawing)
  const boxes = new Map(nodes.map((node, place) => {
    const { x, y, width, height } = drawing.node(String(place)) as Box
    return [node.id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height }]
  }))
  const bends = new Map(edges(graph).map(({ id, from, to }): [string, Point[]] => {
    const { points } = drawing.edge(names.get(from) ?? '', names.get(to) ?? '', id) as { points: Point[] }
    const back = (boxes.get(to)?.x ?? 0) <= (boxes.get(from)?.x ?? 0)
    // The first and the last are where it meets its nodes; of the others every second is in a column.
    const passed = back ? [] : points.slice(1, -1).filter((_, place) => place % 2 === 1)
    return [id, passed.flatMap(({ x, y }) => [{ x: Math.round(x) - WIDTH / 2, y: Math.round(y) }, { x: Math.round(x) + WIDTH / 2, y: Math.round(y) }])]
  }))
  return { boxes, bends }
}

export type Direction = 'up' | 'down'

/** The nearest node above or below in about the same column; null where there is none. */
export function beside(boxes: ReadonlyMap<string, Box>, id: string, direction: Direction): string | null {
  const from = boxes.get(id)
  if (from === undefined) return null
  const found = [...boxes].filter(([other, box]) => other !== id && Math.abs(box.x - from.x) < WIDTH / 2
    && (direction === 'down' ? box.y > from.y : box.y < from.y))
  found.sort(([, one], [, other]) => Math.abs(one.y - from.y) - Math.abs(other.y - from.y))
  return found[0]?.[0] ?? null
}
