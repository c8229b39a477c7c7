import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ShieldCheck, UserPlus } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { ApiError } from '../../api/errors'
import { useApi, useMay } from '../../app/session'
import { Button } from '../../ui/Button'
import { Choose, TextField } from '../../ui/Field'
import { Avatar, Badge } from '../../ui/Marks'
import { keys, type Schema, useRoles } from '../asked'
import { Asked, Nothing, Page, Row, Rows } from '../kit/Page'
import { useRoleName } from '../roles/name'
import { Invitations } from './Invitations'
import { Invite } from './Invite'
import styles from './People.module.css'

const SHOWN = ['staff', 'customers', 'off', 'all'] as const
type Shown = (typeof SHOWN)[number]
const FILTERS: Record<Shown, { staff?: boolean; active?: boolean }> = {
  staff: { staff: true, active: true }, customers: { staff: false, active: true }, off: { active: false }, all: {},
}

export function People() {
  const { t } = useTranslation('settings')
  const api = useApi()
  const invites = useMay('accounts.invite_staff')
  const roles = useRoles()
  const roleName = useRoleName()
  const [inviting, setInviting] = useState(false)
  const [shown, setShown] = useState<Shown>('staff')
  const [role, setRole] = useState('')
  const [typed, setTyped] = useState('')
  const [page, setPage] = useState(1)
  const q = useDeferredValue(typed.trim())
  const wanted = { ...FILTERS[shown], page, ...(role === '' ? {} : { role }), ...(q === '' ? {} : { q }) }
  const query = useQuery({
    queryKey: [...keys.users, wanted], placeholderData: keepPreviousData,
    queryFn: async () => {
      const { data } = await api.GET('/api/v1/users/', { params: { query: wanted } })
      if (data === undefined) throw new ApiError(0, {})
      return data
    },
  })
  return (
    <Page title={t('places.people')} lead={t('told.people')}
      acts={invites ? <Button look="primary" icon={<UserPlus aria-hidden />} onPress={() => { setInviting(true) }}>{t('people.invite')}</Button> : undefined}>
      {invites ? <Invitations /> : null}
      <div className={styles.filters} role="search">
        <TextField label={t('people.search')} type="search" value={typed} onChange={(text) => { setTyped(text); setPage(1) }} />
        <Choose label={t('people.shown')} value={shown} onChange={(name) => { setShown(name); setPage(1) }}
          options={SHOWN.map((name) => ({ value: name, label: t(`people.shows.${name}`) }))} />
        <Choose label={t('people.role')} value={role} onChange={(slug) => { setRole(slug); setPage(1) }}
          options={[{ value: '', label: t('people.anyRole') }, ...(roles.data ?? []).map(({ slug, name }) => ({ value: slug, label: roleName(slug, name) }))]} />
      </div>
      <Asked query={query}>{(found) => found.data.length === 0 ? <Nothing text={t('people.none')} hint={t('people.noneHint')} /> : (
        <>
          <Rows label={t('places.people')}>{found.data.map((user) => <Somebody key={user.id} user={user} />)}</Rows>
          <footer className={styles.foot}>
            <span>{t(found.count_exact === false ? 'people.countOver' : 'people.count', { count: found.count })}</span>
            {(found.pages ?? 1) > 1 ? (
              <>
                <Button small isDisabled={page === 1} onPress={() => { setPage(page - 1) }}>{t('people.previous')}</Button>
                <Button small isDisabled={page >= (found.pages ?? 1)} onPress={() => { setPage(page + 1) }}>{t('people.next')}</Button>
              </>
            ) : null}
          </footer>
        </>
      )}</Asked>
      {inviting ? <Invite onClose={() => { setInviting(false) }} /> : null}
    </Page>
  )
}

function Somebody({ user }: { user: Schema['UserRow'] }) {
  const { t } = useTranslation('settings')
  const roleName = useRoleName()
  return (
    <Row to={user.id} mark={<Avatar name={user.name} />} title={user.name} told={user.email} beside={(
      <>
        {user.own ? <Badge tone="accent">{t('people.you')}</Badge> : null}
        {user.active ? null : <Badge tone="bad">{t('people.off')}</Badge>}
        {user.second_factor ? <span className={styles.factor} title={t('people.hasFactor')}><ShieldCheck aria-hidden /><span className="unseen">{t('people.hasFactor')}</span></span> : null}
        <Badge>{roleName(user.role, user.role_name)}</Badge>
      </>
    )} />
  )
}
