/** Where one is signed in, and signing out there. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeySquare, MonitorSmartphone } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { device } from '../../app/device'
import { useApi } from '../../app/session'
import { Button } from '../../ui/Button'
import { Badge } from '../../ui/Marks'
import { complain, say } from '../../ui/Toasts'
import { keys, type Schema } from '../asked'
import { moment } from '../kit/moments'
import { Asked, Section, useTold } from '../kit/Page'
import styles from './Account.module.css'

type Session = Schema['OwnSession']

export function Sessions() {
  const { t } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const told = useTold()
  const query = useQuery({ queryKey: keys.sessions, queryFn: () => data(api.GET('/api/v1/auth/sessions/')) })
  const ending = useMutation<{ ended: number }, ApiError>({
    mutationFn: () => data(api.DELETE('/api/v1/auth/sessions/')),
    onSuccess: ({ ended }) => { say(t('account.signedOutOthers', { count: ended })) },
    onError: (error) => { complain(told(error)) },
    onSettled: () => cache.invalidateQueries({ queryKey: keys.sessions }),
  })
  return (
    <Section title={t('account.sessions')} lead={t('account.sessionsTold')} acts={(query.data?.length ?? 0) > 1 ? (
      <Button small isPending={ending.isPending} onPress={() => { ending.mutate() }}>{t('account.signOutOthers')}</Button>
    ) : undefined}>
      <Asked query={query}>{(sessions) => (
        <ul className={styles.sessions} aria-label={t('account.sessions')}>{sessions.map((session) => <Where key={session.id} session={session} />)}</ul>
      )}</Asked>
    </Section>
  )
}

function Where({ session }: { session: Session }) {
  const { t, i18n } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const told = useTold()
  const ending = useMutation<unknown, ApiError>({
    mutationFn: () => data(api.DELETE('/api/v1/auth/sessions/{session}/', { params: { path: { session: session.id } } })),
    onSuccess: () => { say(t('account.signedOut')) },
    onError: (error) => { complain(told(error)) },
    onSettled: () => cache.invalidateQueries({ queryKey: keys.sessions }),
  })
  return (
    <li>
      {session.kind === 'tokens' ? <KeySquare aria-hidden /> : <MonitorSmartphone aria-hidden />}
      <div className={styles.where}>
        <span dir="auto">{device(session.device, i18n.language)}</span> {session.kind === 'tokens' ? <Badge>{t('account.token')}</Badge> : null}
        <small>{t('account.seen', { when: moment(session.last_seen_at, i18n.language) })}{session.address === undefined || session.address === '' ? '' : ` · ${session.address}`}</small>
      </div>
      {session.current ? <Badge tone="good">{t('account.here')}</Badge>
        : <Button small isPending={ending.isPending} onPress={() => { ending.mutate() }}>{t('account.signOut')}</Button>}
    </li>
  )
}
