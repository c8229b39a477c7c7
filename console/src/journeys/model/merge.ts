/** Two drafts that were both made of a third, as one: node by node. */
import { dangling, type Graph, nodesOf, startOf } from './graph'
import { type Json, own, same, withMember } from './json'

export interface Merged {
  /** With mine wherever both changed the same. */
  readonly graph: Graph
  /** The nodes that both changed, each in a way of its own; "" where it is another member of the graph, as where it starts. */
  readonly both: readonly string[]
  readonly mine: readonly string[]
  readonly theirs: readonly string[]
}

export function merge(base: Graph, mine: Graph, theirs: Graph): Merged {
  const both: string[] = []
  const by = { mine: [] as string[], theirs: [] as string[] }
  const choose = (id: string, was: Json | undefined, one: Json | undefined, other: Json | undefined): Json | undefined => {
    const [changedHere, changedThere] = [!same(was, one), !same(was, other)]
    if (changedHere) by.mine.push(id)
    if (changedThere) by.theirs.push(id)
    if (changedHere && changedThere && !same(one, other)) both.push(id)
    return changedHere ? one : other
  }
  const [old, here, there] = [nodesOf(base), nodesOf(mine), nodesOf(theirs)]
  const ids = [...new Set([...Object.keys(there), ...Object.keys(here), ...Object.keys(old)])]
  const nodes = ids.flatMap((id) => { const node = choose(id, own(old, id), own(here, id), own(there, id)); return node === undefined ? [] : [[id, node] as const] })
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(mine), ...Object.keys(base)])].filter((name) => name !== 'nodes')
  let graph: Graph = { ...theirs, nodes: Object.fromEntries(nodes) }
  for (const name of names) graph = withMember(graph, name, choose('', own(base, name), own(mine, name), own(theirs, name)))
  const known = new Set([...dangling(mine), ...dangling(theirs)].map((way) => `${way.from ?? ''} ${way.to}`))
  const lost = dangling(graph).filter((way) => !known.has(`${way.from ?? ''} ${way.to}`)).map((way) => way.from ?? '')
  return { graph, both: [...new Set([...both, ...lost])], mine: [...new Set(by.mine)], theirs: [...new Set(by.theirs)] }
}

/** Whether two drafts say the same. */
export function sameGraph(one: Graph, other: Graph): boolean {
  return startOf(one) === startOf(other) && same(one, other)
}
