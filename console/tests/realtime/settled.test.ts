import { expect, it } from 'vitest'

import { settled } from '../../src/realtime/settled'
import type { Entry } from '../../src/realtime/frames'
import { ANNA, message } from './entries'

const about = { target: message(1).id, target_seq: 1, created_at: '2030-01-02T04:00:00Z', sender: ANNA, internal: false } as const
const edit = (seq: number, text: string): Entry => ({ ...about, kind: 'edit', id: message(seq).id, seq, text })
const deletion = (seq: number): Entry => ({ ...about, kind: 'deletion', id: message(seq).id, seq })

it('shows the last text, and that there was an edit', () => {
  expect(settled([message(1), edit(2, 'second'), edit(3, 'third')])[0]).toMatchObject({ text: 'third', edited_at: about.created_at })
})

it('shows nothing of what was deleted, whatever comes later', () => {
  expect(settled([message(1), deletion(2), edit(3, 'again')])[0]).toMatchObject({ text: '', attachments: [], deleted_at: about.created_at })
})

it('is the same list where nothing was changed', () => {
  const entries = [message(1), message(2)]
  expect(settled(entries)).toBe(entries)
})
