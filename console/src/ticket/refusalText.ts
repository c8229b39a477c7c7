/** Why the server refused, in the reader's language, and what to do; what only the server knows in its own words. */
import type { TFunction } from 'i18next'

import type { ApiError } from '../api/errors'
import type { Status } from './ticket'

type Say = TFunction<['ticket', 'common']>

export function refusalText(t: Say, error: ApiError): string {
  const { body } = error
  switch (error.code) {
    case 'unreachable':
      return t('refused.unreachable')
    case 'at_capacity':
      return t('refused.at_capacity', { load: String(body.load), capacity: String(body.capacity) })
    case 'move_refused':
      return t('refused.move_refused', { status: t(`common:status.${body.state as Status}`) })
    case 'already_assigned':
    case 'not_an_agent':
    case 'closed':
      return t(`refused.${error.code}`)
    default:
  }
  if (error.status === 403) return t('refused.forbidden')
  if (error.status === 404) return t('refused.gone')
  if (error.status === 429) return t('refused.later')
  return Object.values(error.fields)[0]?.[0] ?? error.message
}
