/** Beginning a journey; or going on with it, where this customer has begun it already, on whatever device. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, Navigate, useParams } from 'react-router'

import { data } from '../../api/client'
import { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { span } from '../../app/time'
import { Failure, Loading } from '../../app/States'
import { useAt } from '../addresses'
import { Page } from '../Page'
import { useReason, useWords } from '../words'

export function Begin() {
  const { t } = useWords()
  const { journey = '' } = useParams()
  const { i18n } = useTranslation()
  const api = useApi()
  const at = useAt()
  const reason = useReason()
  const begun = useQuery({
    queryKey: ['begin', journey], gcTime: 0, staleTime: Infinity, retry: false,
    queryFn: async () => {
      const known = (await data(api.GET('/api/v1/runs/'))).find((run) => run.journey.id === journey)
      return known ?? data(api.POST('/api/v1/journeys/{journey}/runs/', { params: { path: { journey } } }))
    },
  })
  const { error } = begun
  if (begun.data !== undefined) return <Navigate to={at(`runs/${begun.data.id}`)} replace />
  if (error === null) return <Loading />
  if (error instanceof ApiError && (error.status === 404 || error.status === 403)) {
    return (
      <Page title={t('run.notOffered')}>
        <p role="alert">{t('run.notOfferedHow')}</p>
        <Link to={at()} replace>{t('run.toHome')}</Link>
      </Page>
    )
  }
  const often = error instanceof ApiError && error.status === 429
  return <Failure text={often ? t('run.many', { time: span(error.retryAfter ?? 60_000, i18n.language) }) : reason(error)} again={() => void begun.refetch()} />
}
