/** What the server says when it refuses, in the reader's language; in its own words, which are English, where we have none. */
import i18next from 'i18next'

interface Refusals {
  readonly sentences: Readonly<Record<string, string>>
  readonly codes: Readonly<Record<string, string>>
}

const GAPS = /\{\{\w+\}\}/g
const known = new Map<string, Refusals>()

/** Loaded by those whose language it is: English readers need none of it, and whoever cannot load it reads the server's own words. */
export async function learn(language: string): Promise<void> {
  if (language !== 'fr' || known.has(language)) return
  const refusals = await import('./fr/refusals').catch(() => null)
  if (refusals !== null) known.set(language, refusals)
}

export function worded(said: string, code?: string, refusals = known.get(i18next.language)): string {
  if (refusals === undefined) return said
  return refusals.sentences[said] ?? filled(said, refusals.sentences) ?? (code === undefined ? undefined : refusals.codes[code]) ?? said
}

/** The text of the first sentence with gaps that this is, filled with what stands in them. */
function filled(said: string, sentences: Refusals['sentences']): string | undefined {
  for (const [sentence, text] of Object.entries(sentences)) {
    const names = sentence.match(GAPS)
    const found = names === null ? null : shaped(sentence).exec(said)
    if (names !== null && found !== null) return names.reduce((done, name, at) => done.replace(name, () => found[at + 1] ?? ''), text)
  }
  return undefined
}

function shaped(sentence: string): RegExp {
  const parts = sentence.split(GAPS).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('(.+)')}$`, 's')
}
