import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { lines } from '../../src/journeys/model/changes'
import { spotFor } from '../../src/journeys/AddDialog'
import { setMember, START } from '../../src/journeys/model/edit'
import { dangling, edges, type Graph, ids, nodeOf, startOf } from '../../src/journeys/model/graph'
import { same } from '../../src/journeys/model/json'
import { beside, heightOf, layout, shape } from '../../src/journeys/model/layout'
import { merge } from '../../src/journeys/model/merge'
import { dominators, outline, viaIds } from '../../src/journeys/model/outline'
import { acts, anyGraph, anyJson, ask, BEGINNING, choose, end, example, graph } from './graphs'

describe('the outline', () => {
  it('puts what a branch alone leads to below it, and what all lead to behind it', () => {
    const rows = outline(example()).map((row) => `${'  '.repeat(row.depth)}${viaIds(row).join()} ${row.id}`)
    expect(rows).toEqual([
      ' node-1', '  map:order_issue node-2', '    map:damaged node-5', '  map:sell_gift_card node-4', '   end-card', ' node-3', ' node-6',
      '  rule:0 end-urgent', '  next end-normal'])
  })

  it('has every node once, the start first, whatever the graph is', () => {
    fc.assert(fc.property(anyJson, (from) => {
      const rows = outline(from)
      expect(rows.map((row) => row.id).sort()).toEqual(ids(from).sort())
      const start = startOf(from)
      if (start !== null && ids(from).includes(start)) expect(rows[0]?.id).toBe(start)
      expect(rows.every((row, index) => row.depth <= (rows[index - 1]?.depth ?? -1) + 1)).toBe(true) // no level is left out
    }), { numRuns: 400 })
  })

  it('tells what cannot be reached', () => {
    const rows = outline(graph(ask('q', 'end'), end(), ask('alone', 'end')))
    expect(rows.map((row) => [row.id, row.reached])).toEqual([['q', true], ['end', true], ['alone', false]])
  })

  it('finds the dominators that going through all ways finds', () => {
    fc.assert(fc.property(anyGraph, (from) => {
      const ways = new Map(ids(from).map((id) => [id, [...new Set(edges(from).filter((edge) => edge.from === id).map((edge) => edge.to))]]))
      const root = ids(from)[0]
      if (root === undefined) return
      const reach = (barred: string | null) => {
        const seen = new Set<string>()
        const waiting = root === barred ? [] : [root]
        for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) if (!seen.has(id) && id !== barred) { seen.add(id); waiting.push(...ways.get(id) ?? []) }
        return seen
      }
      const found = dominators(ways, root)
      const all = reach(null)
      expect([...found.keys()].sort()).toEqual([...all].sort())
      const strict = (id: string) => [...all].filter((other) => other !== id && !reach(other).has(id))
      for (const [id, nearest] of found) {
        if (id === root) continue
        expect(strict(id)).toContain(nearest)
        expect(strict(id).every((other) => other === nearest || strict(nearest).includes(other))).toBe(true)
      }
    }))
  })
})

describe('the layout', () => {
  it('puts nodes behind those that lead to them, and none upon another', () => {
    const { boxes } = layout(example())
    for (const edge of edges(example())) expect(boxes.get(edge.to)?.x).toBeGreaterThan(boxes.get(edge.from)?.x ?? 0)
    const all = [...boxes.values()]
    for (const one of all) {
      const on = all.filter((other) => other !== one && other.x < one.x + one.width && one.x < other.x + other.width && other.y < one.y + one.height && one.y < other.y + other.height)
      expect(on).toEqual([])
    }
  })

  it('has a place of the right size for every node, whatever the graph is', () => {
    fc.assert(fc.property(anyJson, (from) => {
      const { boxes } = layout(from)
      expect([...boxes.keys()].sort()).toEqual(ids(from).sort())
      for (const [id, box] of boxes) {
        const node = nodeOf(from, id)
        expect([Number.isFinite(box.x + box.y), box.height]).toEqual([true, node === null ? 0 : heightOf(node)])
      }
    }), { numRuns: 60 })
  })

  it('is asked for again only when ways or heights change', () => {
    const renamed = setMember(example(), 'node-3', 'question', 'What?')
    expect(shape(renamed)).toBe(shape(example()))
    expect(shape(setMember(example(), 'node-3', 'nextNode', 'node-1'))).not.toBe(shape(example()))
  })

  it('finds the neighbour above and below', () => {
    const { boxes } = layout(graph(choose('q', { a: 'x', b: 'y' }), end('x'), end('y')))
    expect([beside(boxes, 'x', 'down'), beside(boxes, 'y', 'up'), beside(boxes, 'x', 'up')]).toEqual(['y', 'x', null])
  })
})

describe('two drafts of one', () => {
  const mine = setMember(example(), 'node-3', 'question', 'Mine')
  const theirs = setMember(example(), 'node-5', 'question', 'Theirs')

  it('are one where each changed other nodes', () => {
    const merged = merge(example(), mine, theirs)
    expect([merged.both, merged.mine, merged.theirs]).toEqual([[], ['node-3'], ['node-5']])
    expect([nodeOf(merged.graph, 'node-3')?.text, nodeOf(merged.graph, 'node-5')?.text]).toEqual(['Mine', 'Theirs'])
  })

  it('name the nodes that both changed', () => {
    expect(merge(example(), mine, setMember(theirs, 'node-3', 'help', 'Theirs')).both).toEqual(['node-3'])
    expect(merge(example(), { ...mine, startNode: 'node-3' }, { ...theirs, startNode: 'node-5' }).both).toEqual([''])
  })

  it('do not agree where one leads to what the other took away', () => {
    const base = graph(ask('a', 'end'), ask('b', 'end'), end())
    const there = graph(ask('a', 'end'), end())
    expect(merge(base, setMember(base, 'a', 'nextNode', 'b'), there).both).toEqual(['a'])
  })

  it('are what one made of it where the other made nothing', () => {
    fc.assert(fc.property(acts, acts, (before, after) => {
      const base = before.reduce((from, next) => next(from), BEGINNING)
      const changed = after.reduce((from, next) => next(from), base)
      for (const merged of [merge(base, changed, base), merge(base, base, changed), merge(base, changed, changed)]) {
        expect(merged.both).toEqual([])
        expect(same(merged.graph, changed)).toBe(true)
      }
    }))
  })

  it('never lead to a node that is not there without saying so', () => {
    fc.assert(fc.property(acts, acts, acts, (before, here, there) => {
      const base = before.reduce((from, next) => next(from), BEGINNING)
      const merged = merge(base, here.reduce((from, next) => next(from), base), there.reduce((from, next) => next(from), base))
      if (merged.both.length === 0) expect(dangling(merged.graph)).toEqual([])
    }))
  })
})

describe('a changed member', () => {
  it('is told by its least parts', () => {
    expect(lines('a', 'b')).toEqual([{ path: '', from: 'a', to: 'b' }])
    expect(lines([{ label: 'A', value: 'a' }], [{ label: 'B', value: 'a' }, { label: 'C', value: 'c' }])).toEqual([
      { path: 'a.label', from: 'A', to: 'B' }, { path: 'c', from: null, to: 'label: C · value: c' }])
    expect(lines(['x'], ['x', 'y'])).toEqual([{ path: '', from: 'x', to: 'x, y' }])
    expect(lines(undefined, false)).toEqual([{ path: '', from: null, to: 'false' }])
  })

  it('is told as an order where only that differs', () => {
    const [a, b] = [{ label: 'A', value: 'a' }, { label: 'B', value: 'b' }]
    expect(lines([a, b], [b, a])).toEqual([{ path: '', from: 'a, b', to: 'b, a' }])
  })

  it('always has a line where there is a difference, and none where there is none', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(lines(one as never, other as never).length > 0).toBe(!same(one as never, other as never))
    }))
  })
})

describe('where a new step comes', () => {
  const spot = (from: Graph, current: string | null) => spotFor({ graph: from, rows: outline(from), current })
  it('after the chosen one, before an end, and first of all at the start', () => {
    const chain = graph(ask('a', 'b'), ask('b', 'end'), end())
    expect([spot(chain, 'a'), spot(chain, 'end'), spot(chain, null)]).toEqual([{ node: 'a', way: 'next' }, { node: 'b', way: 'next' }, { node: 'b', way: 'next' }])
    expect([spot(BEGINNING, null), spot(BEGINNING, 'end'), spot({ nodes: {} }, null)]).toEqual([START, START, START])
    expect(spot(graph(ask('a', 'end'), end(), end('lost')), 'lost')).toBeNull()
  })
})
