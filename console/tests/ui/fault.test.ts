import { describe, expect, it } from 'vitest'

import { faultOf } from '../../src/ui/fault'

const FINE = { valid: true, valueMissing: false, tooShort: false, typeMismatch: false, badInput: false }

describe('what a browser finds wrong', () => {
  it.each([
    [{}, 'text', 'malformed'], [{ valueMissing: true }, 'email', 'missing'], [{ typeMismatch: true }, 'email', 'email'], [{ typeMismatch: true }, 'url', 'malformed'],
    [{ tooShort: true }, 'password', 'short'], [{ badInput: true, valueMissing: true }, 'time', 'malformed'],
  ])('%o of a field for %s is told as %s', (found, type, told) => {
    expect(faultOf({ ...FINE, valid: false, ...found }, type)).toBe(told)
  })

  it('is nothing where all is well', () => {
    expect(faultOf(FINE, 'email')).toBeNull()
  })
})
