/** Addresses in a text, so that they can be followed: http and https alone, and never what a sentence ends with. */
export interface Piece {
  readonly text: string
  /** Where it leads; null where it is text alone. */
  readonly href: string | null
}

const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"'`\u2018-\u201f\u3000-\u303f]+/giu
const ENDING = /[.,:;!?…]+$/u
const PAIRS: readonly [string, string][] = [['(', ')'], ['[', ']'], ['{', '}']]

export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0])
    const href = followed(address)
    if (href === null) continue
    if (match.index > at) found.push({ text: text.slice(at, match.index), href: null })
    found.push({ text: address, href })
    at = match.index + address.length
  }
  if (at < text.length) found.push({ text: text.slice(at), href: null })
  return found
}

function trimmed(address: string): string {
  const bare = address.replace(ENDING, '')
  const last = bare.at(-1) ?? ''
  const pair = PAIRS.find(([, close]) => close === last)
  const open = pair !== undefined && bare.split(pair[0]).length < bare.split(pair[1]).length
  if (open) return trimmed(bare.slice(0, -1))
  return bare
}

/** The whole address, or null where it is none. */
function followed(address: string): string | null {
  try {
    const url = new URL(address.startsWith('www.') || address.startsWith('WWW.') ? `https://${address}` : address)
    return (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname.includes('.') ? url.href : null
  } catch {
    return null
  }
}
