/** Entries for tests. */
import type { EntryOf } from '../../src/realtime/frames'

export const ANNA = { id: '11111111-1111-4111-8111-111111111111', name: 'Anna', staff: true }

export function message(seq: number, more: Partial<EntryOf<'message'>> = {}): EntryOf<'message'> {
  return {
    kind: 'message', id: `00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`, seq, created_at: '2030-01-02T03:04:05Z', sender: ANNA,
    internal: false, text: `message ${seq}`, client_id: null, attachments: [], edited_at: null, deleted_at: null, ...more,
  }
}

export function messages(first: number, last: number): EntryOf<'message'>[] {
  return Array.from({ length: last - first + 1 }, (_, index) => message(first + index))
}
