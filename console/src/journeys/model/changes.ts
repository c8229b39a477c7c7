/** What differs between two values of a member, line by line, so that people can read it. */
import { type Graph, nodesOf } from './graph'
import { isMembers, type Json, list, type Members, members, own, same } from './json'

export interface Line {
  /** Where inside the member, as `order_issue.label`; empty for the member itself. */
  readonly path: string
  readonly from: string | null
  readonly to: string | null
}

/** The least parts that differ. Options and whatever else has a `value` or an `id` are told apart by it, other items by their place. */
export function lines(from: Json | undefined, to: Json | undefined, path = ''): Line[] {
  if (same(from, to)) return []
  const [before, after] = [parts(from), parts(to)]
  if (before === null || after === null) return [{ path, from: shown(from), to: shown(to) }]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const inner = names.flatMap((name) => lines(before.get(name), after.get(name), path === '' ? name : `${path}.${name}`))
  return inner.length > 0 ? inner : [{ path, from: [...before.keys()].join(', '), to: [...after.keys()].join(', ') }] // only the order
}

function parts(value: Json | undefined): Map<string, Json> | null {
  if (isMembers(value)) return new Map(Object.entries(value))
  if (!Array.isArray(value)) return null
  const items = list(value)
  if (items.every((item) => !isMembers(item))) return null
  const names = items.map((item, index) => nameOf(members(item)) ?? String(index + 1))
  return new Set(names).size === names.length ? new Map(names.map((name, index) => [name, items[index] ?? null])) : new Map(items.map((item, index) => [String(index + 1), item]))
}

function nameOf(item: Members): string | null {
  return 'label' in item && typeof item.value === 'string' && item.value !== '' ? item.value : null
}

/** A value as one line; null where there is none. */
export function shown(value: Json | undefined): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map((item: Json) => shown(item) ?? '').join(', ')
  if (isMembers(value)) return Object.entries(value).map(([name, item]) => `${name}: ${shown(item) ?? ''}`).join(' · ')
  return JSON.stringify(value)
}

export interface Difference {
  readonly start: { readonly from: Json; readonly to: Json } | null
  readonly added: string[]
  readonly removed: string[]
  readonly changed: { node: string; members: { member: string; from: Json; to: Json }[] }[]
}

/** What the server's `diff/` says, of two drafts of which it has not both. */
export function differenceOf(before: Graph, after: Graph): Difference {
  const [old, next] = [nodesOf(before), nodesOf(after)]
  const [from, to] = [before.startNode ?? null, after.startNode ?? null]
  const ids = Object.keys(next)
  return {
    start: same(from, to) ? null : { from, to },
    added: ids.filter((id) => !Object.hasOwn(old, id)), removed: Object.keys(old).filter((id) => !Object.hasOwn(next, id)),
    changed: ids.filter((id) => Object.hasOwn(old, id) && !same(old[id], next[id])).map((node) => ({ node, members: changed(members(old[node]), members(next[node])) })),
  }
}

function changed(before: Members, after: Members): { member: string; from: Json; to: Json }[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.filter((name) => !same(own(before, name), own(after, name))).map((member) => ({ member, from: own(before, member) ?? null, to: own(after, member) ?? null }))
}
