/** What a browser finds wrong with a field, by the name of our words for it: its own are in its language, and not in the reader's. */
export type Fault = 'missing' | 'email' | 'short' | 'malformed'

export function faultOf(found: Pick<ValidityState, 'valid' | 'valueMissing' | 'tooShort' | 'typeMismatch' | 'badInput'>, type: string): Fault | null {
  if (found.valid) return null
  // A date or a number of which only a part was given counts as missing too; it is not empty.
  if (found.badInput) return 'malformed'
  if (found.valueMissing) return 'missing'
  if (found.tooShort) return 'short'
  return found.typeMismatch && type === 'email' ? 'email' : 'malformed'
}
