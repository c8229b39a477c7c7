import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { fuzzy } from '../../src/keyboard/fuzzy'

const best = (question: string, texts: string[]) =>
  texts.map((text) => ({ text, score: fuzzy(question, text)?.score ?? -Infinity })).sort((one, other) => other.score - one.score)[0]?.text

describe('fuzzy', () => {
  it('finds letters in their order, and nothing that lacks one', () => {
    expect(fuzzy('rpt', 'Reply to Tony')?.at).toEqual([0, 2, 6])
    expect(fuzzy('tpr', 'Reply to')).toBeNull()
  })

  it('does not count case and accents, and says which letters were meant', () => {
    expect(fuzzy('ETAT', 'Changer l’état')?.at).toEqual([10, 11, 12, 13])
    expect(fuzzy('é', 'Set status')).not.toBeNull()
  })

  it.each([
    ['st', ['Take the ticket', 'Set status', 'Last activity'], 'Set status'],
    ['pri', ['Private view', 'Set priority', 'Prepaid card is refused'], 'Private view'],
    ['note', ['Number of tickets', 'Write an internal note', 'Noted entirely'], 'Write an internal note'],
    ['PC-12', ['PC-1 and 2 more', 'PC-12 Card refused', 'PC-112 Card refused'], 'PC-12 Card refused'],
    ['wn', ['When opened', 'Write a note', 'Owner'], 'Write a note'],
  ])('%s means the likeliest', (question, texts, meant) => {
    expect(best(question, texts)).toBe(meant)
  })

  it('finds whatever is left of a text when letters are taken out of it', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 }), fc.infiniteStream(fc.boolean()), (text, kept) => {
      const question = Array.from(text).filter(() => kept.next().value).join('')
      const match = fuzzy(question, text)
      expect(match).not.toBeNull()
      expect(match?.at).toEqual([...(match?.at ?? [])].sort((one, other) => one - other))
    }))
  })
})
