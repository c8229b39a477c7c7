/** Entries as they stand now: what later edits and deletions made of messages, as a fresh read shows at once. */
import type { Entry, EntryOf } from './frames'

type Message = EntryOf<'message'>
type Change = EntryOf<'edit'> | EntryOf<'deletion'>

export function settled(entries: readonly Entry[]): readonly Entry[] {
  const changes = new Map<string, Change[]>()
  for (const entry of entries) {
    if (entry.kind !== 'edit' && entry.kind !== 'deletion') continue
    changes.set(entry.target, [...(changes.get(entry.target) ?? []), entry])
  }
  if (changes.size === 0) return entries
  return entries.map((entry) => (entry.kind === 'message' ? (changes.get(entry.id) ?? []).reduce(changed, entry) : entry))
}

function changed(message: Message, change: Change): Message {
  if (message.deleted_at !== null) return message
  return change.kind === 'edit'
    ? { ...message, text: change.text, edited_at: change.created_at }
    : { ...message, text: '', attachments: [], deleted_at: change.created_at }
}
