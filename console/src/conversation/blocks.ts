/** A conversation as it is drawn: in blocks of neighbours, so that what did not change is not drawn again and what is far off is not laid out. */
import type { Entry, EntryOf, Person } from '../realtime/frames'
import type { Reader } from '../realtime/rooms'

/** What stands in a conversation; edits and deletions are seen on the message that they changed. */
export type Shown = Exclude<Entry, EntryOf<'edit'> | EntryOf<'deletion'>>
export type Message = EntryOf<'message'>

export interface Block {
  readonly key: number
  /** What stands before its first entry, if that is here. */
  readonly before: Shown | undefined
  readonly entries: readonly Shown[]
}

const SIZE = 40 // numbers of a block
const TOGETHER = 5 * 60_000 // milliseconds in which one's messages stand under one name

/** Makes blocks, and gives those of the last time again where they are the same. */
export function blockMaker(): (entries: readonly Entry[]) => readonly Block[] {
  let known = new Map<number, Block>()
  return (entries) => {
    const made = new Map<number, { before: Shown | undefined; entries: Shown[] }>()
    let before: Shown | undefined
    for (const entry of entries) {
      if (entry.kind === 'edit' || entry.kind === 'deletion') continue
      const key = Math.floor(entry.seq / SIZE)
      const block = made.get(key) ?? { before, entries: [] }
      made.set(key, block)
      block.entries.push(entry)
      before = entry
    }
    known = new Map([...made].map(([key, block]) => [key, kept(known.get(key), { key, ...block })]))
    return [...known.values()]
  }
}

function kept(known: Block | undefined, made: Block): Block {
  const same = known?.before === made.before && known?.entries.length === made.entries.length
    && made.entries.every((entry, index) => entry === known.entries[index])
  return known !== undefined && same ? known : made
}

/** Whether a message stands under the name of the one before. */
export function joins(before: Shown | undefined, entry: Shown): boolean {
  return entry.kind === 'message' && before?.kind === 'message' && before.sender.id === entry.sender.id && before.internal === entry.internal
    && Date.parse(entry.created_at) - Date.parse(before.created_at) < TOGETHER && sameDay(before, entry)
}

export function sameDay(before: Shown | undefined, entry: Shown): boolean {
  return before !== undefined && new Date(before.created_at).toDateString() === new Date(entry.created_at).toDateString()
}

/** Of the messages after number `mark` the first that somebody else wrote; whoever wrote one themselves has seen what stands above it. */
export function firstNew(entries: readonly Entry[], mark: number, me: string): number | null {
  const own = entries.findLast((entry) => entry.kind === 'message' && entry.sender.id === me)?.seq ?? 0
  return entries.find((entry) => entry.seq > Math.max(mark, own) && entry.kind === 'message' && entry.sender.id !== me)?.seq ?? null
}

export function countNew(entries: readonly Entry[], mark: number, me: string): number {
  return entries.filter((entry) => entry.seq > mark && entry.kind === 'message' && entry.sender.id !== me).length
}

/** Below which entry of a block somebody's reading ends; nobody's where they wrote it themselves, as that says it already. */
export function readersOf(block: Block, following: Block | undefined, reads: Iterable<Reader>, me: string): ReadonlyMap<number, readonly Person[]> {
  const found = new Map<number, Person[]>()
  const first = block.entries[0]?.seq ?? 0
  const beyond = following?.entries[0]?.seq ?? Infinity
  for (const { user, seq } of reads) {
    if (user.id === me || seq < first || seq >= beyond) continue
    const last = block.entries.findLast((entry) => entry.seq <= seq)
    if (last === undefined || last.sender.id === user.id) continue
    found.set(last.seq, [...(found.get(last.seq) ?? []), user])
  }
  return found
}
