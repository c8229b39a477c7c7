/** What a refusal is to whoever reads it. */
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

import { ApiError } from '../api/errors'

export function useRefusal(): (error: unknown) => string {
  const { t } = useTranslation('journeys')
  const { t: common } = useTranslation()
  return useCallback((error) => {
    if (!(error instanceof ApiError)) return error instanceof Error ? error.message : common('error.unreachable')
    if (error.passes) return common('error.unreachable')
    if (error.code === 'stale' || error.code === 'forbidden' || error.code === 'not_found') return t(`refused.${error.code}`)
    return Object.values(error.fields).flat()[0] ?? error.message
  }, [t, common])
}
