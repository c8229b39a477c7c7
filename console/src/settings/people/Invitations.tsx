/** Who is invited and has not come yet. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { serverClock } from '../../app/clock'
import { useApi } from '../../app/session'
import { Button } from '../../ui/Button'
import { Confirm } from '../../ui/Dialog'
import { Badge } from '../../ui/Marks'
import { complain, say } from '../../ui/Toasts'
import { keys, type Schema, useRoles } from '../asked'
import { moment } from '../kit/moments'
import { Asked, Section, useTold } from '../kit/Page'
import { useRoleName } from '../roles/name'
import styles from './People.module.css'

type Invitation = Schema['InvitationRow']

export function Invitations() {
  const { t } = useTranslation('settings')
  const api = useApi()
  const query = useQuery({ queryKey: keys.invitations, queryFn: () => data(api.GET('/api/v1/invitations/')) })
  if (query.data?.length === 0) return null
  return (
    <Section title={t('people.open')}>
      <Asked query={query}>{(rows) => <ul className={styles.open} aria-label={t('people.open')}>{rows.map((row) => <Open key={row.id} row={row} />)}</ul>}</Asked>
    </Section>
  )
}

function Open({ row }: { row: Invitation }) {
  const { t, i18n } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const told = useTold()
  const roles = useRoles()
  const roleName = useRoleName()
  const [asking, setAsking] = useState(false)
  const [now] = useState(serverClock.now)
  const settled = () => cache.invalidateQueries({ queryKey: keys.invitations })
  const onError = (error: ApiError) => { complain(told(error)) }
  const path = { path: { invitation: row.id } }
  const resending = useMutation<Invitation, ApiError>({
    mutationFn: () => data(api.POST('/api/v1/invitations/{invitation}/resend/', { params: path })),
    onSuccess: () => { say(t('people.resent', { email: row.email })) }, onError, onSettled: settled,
  })
  const withdrawing = useMutation<unknown, ApiError>({
    mutationFn: () => data(api.DELETE('/api/v1/invitations/{invitation}/', { params: path })),
    onSuccess: () => { say(t('people.withdrawn', { email: row.email })) }, onError, onSettled: settled,
  })
  const late = Date.parse(row.expires_at) < now
  return (
    <li>
      <div className={styles.whom}>
        <span dir="auto">{row.name === undefined || row.name === '' ? row.email : `${row.name} · ${row.email}`}</span>
        <small>
          {t(late ? 'people.expired' : 'people.until', { when: moment(row.expires_at, i18n.language) })}
          {row.invited_by == null ? '' : ` · ${t('people.by', { who: row.invited_by })}`}
        </small>
      </div>
      <Badge>{roleName(row.role, roles.data?.find(({ slug }) => slug === row.role)?.name ?? row.role)}</Badge>
      <div className={styles.acts}>
        <Button small isPending={resending.isPending} onPress={() => { resending.mutate() }}>{t('people.resend')}</Button>
        <Button small look="quiet" onPress={() => { setAsking(true) }}>{t('people.withdraw')}</Button>
      </div>
      <Confirm title={t('people.withdrawAsk', { email: row.email })} act={t('people.withdraw')} open={asking} busy={withdrawing.isPending}
        onClose={() => { setAsking(false) }} onConfirm={() => { withdrawing.mutate(undefined, { onSettled: () => { setAsking(false) } }) }}>
        {t('people.withdrawTold')}
      </Confirm>
    </li>
  )
}
