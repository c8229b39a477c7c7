/** What the server says when it refuses, in the reader's language; in its own words, which are English, where we have none. */
import i18next from 'i18next'

interface Refusals {
  readonly sentences: Readonly<Record<string, string>>
  readonly codes: Readonly<Record<string, string>>
}

const GAP = /\{\{(\w+)\}\}/
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

/** The text of a sentence with gaps, filled with what stands in them. */
function filled(said: string, sentences: Refusals['sentences']): string | undefined {
  for (const [sentence, text] of Object.entries(sentences)) {
    if (!GAP.test(sentence)) continue
    const [before = '', name = '', after = ''] = sentence.split(GAP)
    if (said.length > before.length + after.length && said.startsWith(before) && said.endsWith(after)) {
      return text.replace(`{{${name}}}`, said.slice(before.length, said.length - after.length))
    }
  }
  return undefined
}
