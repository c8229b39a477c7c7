/** The reader's language: what they chose, else the browser's, else English. */
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

import { en } from './en'
import { fr } from './fr'
import { learn } from './refusals'

export const LANGUAGES = { en: 'English', fr: 'Français' } as const
export type Language = keyof typeof LANGUAGES
const KEPT = 'language'

/** Which texts there are, by area; an area that is loaded later adds its own by declaring this interface once more. */
export interface Areas {
  common: typeof en
}

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common'
    resources: Areas
  }
}

export function chosen(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag): tag is Language => tag in LANGUAGES) ?? 'en'
}

export function speak(language: Language): void {
  localStorage.setItem(KEPT, language)
  document.cookie = `${KEPT}=${language}; path=/; max-age=31536000; samesite=lax` // for the pages that Django draws
  void learn(language).then(() => {
    document.documentElement.lang = language
    return i18next.changeLanguage(language)
  })
}

export async function begin(): Promise<void> {
  const language = chosen([localStorage.getItem(KEPT) ?? '', ...navigator.languages])
  document.documentElement.lang = language
  addEventListener('storage', ({ key, newValue }) => { if (key === KEPT && newValue !== null) speak(chosen([newValue])) }) // another tab
  await i18next.use(initReactI18next).init({
    lng: language, fallbackLng: 'en', defaultNS: 'common', resources: { en: { common: en }, fr: { common: fr } }, interpolation: { escapeValue: false },
  })
  void learn(language)
}
