import { describe, expect, test } from 'vitest'

import { codes, sentences } from '../src/i18n/fr/refusals'
import { worded } from '../src/i18n/refusals'

const french = { codes, sentences }

describe('what the server says when it refuses', () => {
  test('is said by its sentence where that is known, with what stands in its gaps', () => {
    expect(worded('This name is taken.', 'invalid', french)).toBe('Ce nom est déjà pris.')
    expect(worded('Please write at least 5 characters.', undefined, french)).toBe('Écrivez au moins 5 caractères, s’il vous plaît.')
    expect(worded('It would take Büro more than 40 years to be open so long.', undefined, french)).toContain('que Büro soit')
    expect(worded('It would take $& (A) more than 40 years to be open so long.', undefined, french)).toContain('que $& (A) soit')
    expect(worded('At most 5 numbers of minutes, rising, from 1 to 1440.', undefined, french)).toBe('5 nombres de minutes au plus, croissants, de 1 à 1440.')
    expect(worded('At most 50.', undefined, french)).toBe('50 au plus.')
  })
  test('else by its code', () => {
    expect(worded('Never heard of.', 'stale', french)).toBe('Quelqu’un d’autre a changé ceci entre-temps.')
  })
  test('else as it came, which English readers always get', () => {
    expect(worded('Never heard of.', 'new_code', french)).toBe('Never heard of.')
    expect(worded('This name is taken.', 'invalid')).toBe('This name is taken.')
  })
})
