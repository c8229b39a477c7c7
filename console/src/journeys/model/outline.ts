/** The order in which a journey is read, and how deep each node stands in it: what a branch alone leads to stands below it, and what
 * all of its branches lead to behind it. */
import { type Graph, ids, nodeOf, sources, startOf, targets, wayId, type Way } from './graph'

export interface Row {
  readonly id: string
  readonly depth: number
  /** The ways of the node above whose branch begins here. */
  readonly via: readonly Way[]
  /** The node above; null where it stands in no branch of one. */
  readonly parent: string | null
  /** Whether the start leads here at all. */
  readonly reached: boolean
}

export function outline(graph: Graph): Row[] {
  const ways = new Map(ids(graph).map((id) => [id, targets(graph, id)]))
  const rows: Row[] = []
  const seen = new Set<string>()
  const start = startOf(graph)
  if (start !== null && ways.has(start)) read(graph, ways, start, true, rows, seen)
  for (const id of ways.keys()) {
    if (!seen.has(id) && sources(graph, id).every((from) => from === id || seen.has(from))) read(graph, ways, id, false, rows, seen)
  }
  for (const id of ways.keys()) if (!seen.has(id)) read(graph, ways, id, false, rows, seen)
  return rows
}

type Ways = ReadonlyMap<string, readonly string[]>

/** All that can be reached from a root and was not read yet. */
function read(graph: Graph, all: Ways, root: string, reached: boolean, rows: Row[], seen: Set<string>): void {
  const ways: Ways = new Map([...all].filter(([id]) => !seen.has(id)).map(([id, leads]) => [id, leads.filter((to) => !seen.has(to))]))
  const order = preorder(ways, root)
  const above = dominators(ways, root)
  const below = new Map<string, string[]>()
  for (const id of order) {
    const parent = above.get(id)
    if (parent !== undefined && id !== root) below.set(parent, [...(below.get(parent) ?? []), id])
  }
  const waiting: Omit<Row, 'reached'>[] = [{ id: root, depth: 0, via: [], parent: null }]
  for (let row = waiting.pop(); row !== undefined; row = waiting.pop()) {
    const { id, depth, parent } = row
    rows.push({ ...row, reached })
    seen.add(id)
    const children = below.get(id) ?? []
    const forks = (ways.get(id) ?? []).length > 1
    const own = children.filter((child) => forks && entered(ways, child, order).every((from) => from === id))
    const behind = children.filter((child) => !own.includes(child))
    const placed = [...own.map((child) => ({ id: child, depth: depth + 1, via: waysTo(graph, id, child), parent: id })),
      ...behind.map((child) => ({ id: child, depth, via: [], parent }))]
    waiting.push(...placed.reverse())
  }
}

function waysTo(graph: Graph, id: string, to: string): Way[] {
  return nodeOf(graph, id)?.ways.filter((way) => way.to === to) ?? []
}

/** The nodes that lead here, without those that only lead back. */
function entered(ways: Ways, id: string, order: readonly string[]): string[] {
  const place = order.indexOf(id)
  return order.filter((from, index) => index < place && ways.get(from)?.includes(id) === true)
}

function preorder(ways: Ways, root: string): string[] {
  const found: string[] = []
  const seen = new Set<string>()
  const waiting = [root]
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    found.push(id)
    waiting.push(...[...(ways.get(id) ?? [])].filter((to) => !seen.has(to)).reverse())
  }
  return found
}

/** For each node the nearest one that every way from the root to it passes (Cooper, Harvey and Kennedy, "A Simple, Fast Dominance
 * Algorithm", 2001). The root's is itself. */
export function dominators(ways: Ways, root: string): ReadonlyMap<string, string> {
  const order = reversePostorder(ways, root)
  const place = new Map(order.map((id, index) => [id, index]))
  const before = new Map<string, string[]>()
  for (const id of order) for (const to of ways.get(id) ?? []) before.set(to, [...(before.get(to) ?? []), id])
  const found = new Map([[root, root]])
  const at = (id: string) => place.get(id) ?? 0
  const meet = (one: string, other: string): string => {
    let [left, right] = [one, other]
    while (left !== right) {
      while (at(left) > at(right)) left = found.get(left) ?? root
      while (at(right) > at(left)) right = found.get(right) ?? root
    }
    return left
  }
  for (let changed = true; changed;) {
    changed = false
    for (const id of order.slice(1)) {
      const known = (before.get(id) ?? []).filter((from) => found.has(from))
      const nearest = known.slice(1).reduce(meet, known[0] ?? root)
      if (found.get(id) !== nearest) {
        found.set(id, nearest)
        changed = true
      }
    }
  }
  return found
}

function reversePostorder(ways: Ways, root: string): string[] {
  const found: string[] = []
  const seen = new Set([root])
  const path: { id: string; next: number }[] = [{ id: root, next: 0 }]
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const leads = ways.get(top.id) ?? []
    const to = leads[top.next]
    top.next += 1
    if (to === undefined) {
      found.push(top.id)
      path.pop()
    } else if (!seen.has(to)) {
      seen.add(to)
      path.push({ id: to, next: 0 })
    }
  }
  return found.reverse()
}

/** The way names of a row, as keys for texts. */
export function viaIds(row: Row): string[] {
  return row.via.map(wayId)
}
