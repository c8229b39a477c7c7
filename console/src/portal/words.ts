/** This area's texts, and what refusals are called in them. */
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

import { ApiError } from '../api/errors'
import { span } from '../app/time'
import { addArea } from '../i18n/areas'
import { en } from './texts/en'
import { fr } from './texts/fr'

declare module '../i18n' {
  interface Areas {
    portal: typeof en
  }
}

addArea('portal', { en, fr })

export function useWords() {
  return useTranslation('portal')
}

/** What a refusal is to whoever reads it: what happened, and what to do. */
export function useReason(): (error: Error) => string {
  const { t, i18n } = useWords()
  return useCallback((error) => {
    if (!(error instanceof ApiError) || error.status === 0) return t('wrong.unreachable')
    if (error.status === 429) return t('wrong.often', { time: span(Math.max(error.retryAfter ?? 0, 1000), i18n.language) })
    if (error.status >= 500) return t('wrong.busy')
    if (error.status === 404) return t('wrong.gone')
    return t('wrong.other', { reason: Object.values(error.fields)[0]?.[0] ?? error.message })
  }, [t, i18n.language])
}
