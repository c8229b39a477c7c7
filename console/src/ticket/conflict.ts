/** What one wants of a ticket, and what becomes of that where somebody else changed it meanwhile. */
import type { Status, Ticket } from './ticket'

export interface Person {
  readonly id: string
  readonly name: string
}

export interface Category {
  readonly slug: string
  readonly name: string
}

export interface Fields {
  readonly subject?: string
  readonly priority?: string
  readonly category?: Category | null
  readonly tags?: readonly string[]
}

export type Wish =
  | { readonly kind: 'change'; readonly fields: Fields }
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'take'; readonly by: Person }
  | { readonly kind: 'release' }
  | { readonly kind: 'reassign'; readonly agent: Person }
  | { readonly kind: 'transfer'; readonly skill: Person | null; readonly note: string }

/** The fields that a wish can be about. */
export type Field = keyof Fields | 'status' | 'assignee'

/** A value of a field: a text, a list of tags, somebody or something with a name, or nothing. */
export type Value = string | readonly string[] | { readonly name: string } | null

export interface Difference {
  readonly field: Field
  readonly before: Value
  readonly mine: Value
  readonly theirs: Value
}

export interface Outcome {
  /** What is left to be wished of the ticket as it is now; null where nothing is. */
  readonly wish: Wish | null
  /** What both changed, each differently: somebody has to choose. Empty: `wish` harms nothing. */
  readonly differences: readonly Difference[]
}

/** The ticket as it will be if the wish is granted; shown until the server answers. */
export function granted(ticket: Ticket, wish: Wish): Ticket {
  switch (wish.kind) {
    case 'change': {
      const { tags, ...fields } = wish.fields
      return { ...ticket, ...fields, ...(tags === undefined ? {} : { tags: [...tags] }) }
    }
    case 'status':
      return { ...ticket, status: wish.status }
    case 'take':
      return { ...ticket, status: 'assigned', assignee: wish.by }
    case 'reassign':
      return { ...ticket, status: 'assigned', assignee: wish.agent }
    case 'release':
      return { ...ticket, status: 'queued', assignee: null }
    case 'transfer':
      return { ...ticket, status: 'queued', assignee: null, skill: wish.skill ?? ticket.skill }
  }
}

/**
 * A wish that was refused because the ticket is not `seen` any more but `now`. Where others changed something else, it still stands; tags that
 * were added and removed on both sides go together; where they came to the same, nothing is left to do.
 */
export function reconciled(seen: Ticket, wish: Wish, now: Ticket): Outcome {
  if (wish.kind === 'change') return reconciledFields(seen, wish.fields, now)
  const field: Field = wish.kind === 'status' ? 'status' : 'assignee'
  const difference = differenceOf(field, seen, granted(seen, wish), now)
  if (same(difference.mine, difference.theirs) && wish.kind !== 'transfer') return { wish: null, differences: [] }
  return { wish, differences: same(difference.before, difference.theirs) ? [] : [difference] }
}

function reconciledFields(seen: Ticket, fields: Fields, now: Ticket): Outcome {
  const wanted = granted(seen, { kind: 'change', fields })
  const names = Object.keys(fields) as (keyof Fields)[]
  const all = names.map((field) => differenceOf(field, seen, wanted, now))
  const left = all.filter(({ field, mine, theirs }) => field === 'tags' || !same(mine, theirs))
  const others = left.filter(({ field }) => field !== 'tags').map(({ field }) => [field, fields[field as keyof Fields]])
  const tags = fields.tags === undefined ? now.tags : together(seen.tags, fields.tags, now.tags)
  const rest: Fields = { ...Object.fromEntries(others) as Fields, ...(same(tags, now.tags) ? {} : { tags }) }
  return {
    wish: Object.keys(rest).length === 0 ? null : { kind: 'change', fields: rest },
    differences: left.filter(({ field, before, theirs }) => field !== 'tags' && !same(before, theirs)),
  }
}

function differenceOf(field: Field, seen: Ticket, wanted: Ticket, now: Ticket): Difference {
  return { field, before: seen[field], mine: wanted[field], theirs: now[field] }
}

/** What was added on one side and on the other, without what either removed. */
export function together(before: readonly string[], mine: readonly string[], theirs: readonly string[]): readonly string[] {
  const removed = new Set(before.filter((tag) => !mine.includes(tag)))
  return [...new Set([...theirs, ...mine.filter((tag) => !before.includes(tag))])].filter((tag) => !removed.has(tag)).sort()
}

export function same(one: Value, other: Value): boolean {
  return identity(one) === identity(other)
}

function identity(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (isList(value)) return JSON.stringify([...value].sort())
  if ('id' in value && typeof value.id === 'string') return value.id
  return 'slug' in value && typeof value.slug === 'string' ? value.slug : value.name
}

export function isList(value: Value): value is readonly string[] {
  return Array.isArray(value)
}
