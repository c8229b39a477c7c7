/** Where one is signed in, and how to end it there. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { MonitorSmartphone } from 'lucide-react'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { device } from '../../app/device'
import { Failure, Loading } from '../../app/States'
import { since, whole } from '../../app/time'
import { Button } from '../../ui/Button'
import { Badge } from '../../ui/Marks'
import { complain, say } from '../../ui/Toasts'
import { portalKeys } from '../keys'
import { isMissing } from '../missing'
import { useNow } from '../now'
import { useReason, useWords } from '../words'
import styles from './Account.module.css'

export function Sessions() {
  const { t, i18n } = useWords()
  const api = useApi()
  const cache = useQueryClient()
  const now = useNow()
  const reason = useReason()
  const sessions = useQuery({ queryKey: portalKeys.sessions, staleTime: 0, queryFn: ({ signal }) => data(api.GET('/api/v1/auth/sessions/', { signal })) })
  const after = {
    onSettled: () => cache.invalidateQueries({ queryKey: portalKeys.sessions }), onError: (error: ApiError) => { complain(reason(error)) },
  }
  const ending = useMutation<unknown, ApiError, string>({
    ...after, mutationFn: (session) => data(api.DELETE('/api/v1/auth/sessions/{session}/', { params: { path: { session } } })),
    onSuccess: () => { say(t('account.ended')) },
  })
  const endingOthers = useMutation<unknown, ApiError>({
    ...after, mutationFn: () => data(api.DELETE('/api/v1/auth/sessions/')), onSuccess: () => { say(t('account.endedOthers')) },
  })
  if (sessions.data === undefined) return isMissing(sessions) ? <Failure text={t('account.sessionsFailed')} again={() => void sessions.refetch()} /> : <Loading />
  const { length } = sessions.data
  return (
    <>
      <ul className={styles.sessions}>
        {sessions.data.map((session) => (
          <li key={session.id} className={styles.session}>
            <MonitorSmartphone aria-hidden />
            <span>
              <b>{device(session.device, i18n.language) || t('account.unknown')}</b> {session.current ? <Badge tone="good">{t('account.here')}</Badge> : null}
              <small title={whole(session.created_at, i18n.language)}>
                {[session.address, session.current ? '' : t('account.seen', { when: since(session.last_seen_at, now, i18n.language) }),
                  t('account.since', { when: since(session.created_at, now, i18n.language) })].filter(Boolean).join(' · ')}
              </small>
            </span>
            {session.current ? null : (
              <Button small isPending={ending.isPending && ending.variables === session.id} onPress={() => { ending.mutate(session.id) }}>{t('account.end')}</Button>
            )}
          </li>
        ))}
      </ul>
      {length > 1 ? <Button isPending={endingOthers.isPending} onPress={() => { endingOthers.mutate() }}>{t('account.endOthers')}</Button> : <p className={styles.hint}>{t('account.only')}</p>}
    </>
  )
}
