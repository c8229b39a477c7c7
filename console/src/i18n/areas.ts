/**
 * Texts of pages that are loaded when opened. Each is a folder `src/<area>/texts/` with `en.ts` and `fr.ts` and the line
 * `addArea('<area>', { en, fr })`, imported by the area's first file; `useTranslation('<area>')` reads it, `common:` what all share.
 */
import i18next from 'i18next'

import type { Language } from '.'

export function addArea(name: string, texts: Record<Language, object>): void {
  const add = () => {
    for (const [language, bundle] of Object.entries(texts)) i18next.addResourceBundle(language, name, bundle, true, true)
  }
  if (i18next.isInitialized) add()
  else i18next.on('initialized', add) // of a page that begins with its area
}
