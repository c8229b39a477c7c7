/**
 * The places of a long list. Each is the same object as long as the same stands in it, so that no other is looked at anew; and a ticket that
 * comes into an empty place has the key of that place from then on, so that whoever was led there by the keyboard stays there.
 */
import type { QueueItem } from './useBoard'

export interface Place {
  readonly key: string
  readonly place: number
  /** Undefined while it is on its way. */
  readonly item: QueueItem | undefined
}

type Make = (count: number, items: ReadonlyMap<number, QueueItem>, moving: ReadonlyMap<string, string>) => readonly Place[]

/** For one list: makes its `count` places less those whose ticket is being given; a ticket that two pages have stands where it was found first. */
export function placeMaker(): Make {
  const keys = new Map<string, string>() // by ticket
  const taken = new Set<string>()
  const filled = new WeakMap<QueueItem, Place>()
  const empty = new Map<string, Place>()

  const keyOf = (ticket: string, place: number): string => {
    const known = keys.get(ticket)
    if (known !== undefined) return known
    const key = taken.has(`place ${place}`) ? ticket : `place ${place}`
    keys.set(ticket, key)
    taken.add(key)
    return key
  }
  const filledAt = (place: number, item: QueueItem): Place => {
    const known = filled.get(item)
    if (known?.place === place) return known
    const made = { key: keyOf(item.ticket.id, place), place, item }
    filled.set(item, made)
    return made
  }
  const emptyAt = (place: number): Place => {
    const key = taken.has(`place ${place}`) ? `empty ${place}` : `place ${place}`
    const known = empty.get(key) ?? { key, place, item: undefined }
    empty.set(key, known)
    return known
  }
  return (count, items, moving) => {
    const seen = new Set(moving.keys())
    return Array.from({ length: count }, (_, place) => place).flatMap((place) => {
      const item = items.get(place)
      if (item === undefined) return [emptyAt(place)]
      if (seen.has(item.ticket.id)) return []
      seen.add(item.ticket.id)
      return [filledAt(place, item)]
    })
  }
}
