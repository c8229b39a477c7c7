import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi, useMay } from '../../app/session'
import { Button } from '../../ui/Button'
import { Confirm } from '../../ui/Dialog'
import { Choose, Switch, TextField } from '../../ui/Field'
import { Badge } from '../../ui/Marks'
import { complain, say } from '../../ui/Toasts'
import { keys, type Schema, useRoles } from '../asked'
import { moment } from '../kit/moments'
import { Asked, Away, Editing, Fact, Facts, Page, Section, useTold } from '../kit/Page'
import { useForm } from '../kit/useForm'
import { useRoleName } from '../roles/name'

type User = Schema['UserRow']

export function Person() {
  const { t } = useTranslation('settings')
  const { id = '' } = useParams()
  const api = useApi()
  const query = useQuery({ queryKey: [...keys.users, id], queryFn: () => data(api.GET('/api/v1/users/{user}/', { params: { path: { user: id } } })) })
  const administers = useMay('accounts.use_admin')
  return (
    <Page title={query.data?.name ?? t('places.people')} up={{ to: '/settings/people', text: t('places.people') }} lead={query.data?.email}
      acts={administers && query.data !== undefined ? (
        <Away to={`/admin/accounts/user/${id}/history/`}>{t('people.history')}</Away>
      ) : undefined}>
      <Asked query={query}>{(user) => (
        <>
          <Fields key={user.id} user={user} />
          <Access user={user} />
        </>
      )}</Asked>
    </Page>
  )
}

function Fields({ user }: { user: User }) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const roles = useRoles()
  const [asking, setAsking] = useState(false)
  const may = (act: string) => user.allowed.includes(act)
  const form = useForm({
    name: `user/${user.id}`, saved: user,
    draftOf: ({ name, role, active }: User) => ({ name, role, active }),
    write: (draft, base) => data(api.PATCH('/api/v1/users/{user}/', { params: { path: { user: user.id } }, body: {
      version: base.version,
      ...(draft.name === base.name ? {} : { name: draft.name }),
      ...(draft.role === base.role ? {} : { role: draft.role }),
      ...(draft.active === base.active ? {} : { active: draft.active }),
    } })),
    onSaved: async (row) => {
      cache.setQueryData([...keys.users, user.id], row)
      say(t('form.saved'))
      await cache.invalidateQueries({ queryKey: keys.users })
    },
  })
  const { draft, set, wrong } = form
  const roleName = useRoleName()
  const named = (slug: string) => roleName(slug, roles.data?.find((role) => role.slug === slug)?.name ?? slug)
  const ends = draft.role !== user.role || (user.active && !draft.active)
  const offered = (roles.data ?? []).filter((role) => role.assignable || role.slug === user.role)
  return (
    <>
      <Editing form={{ ...form, save: () => { if (ends) setAsking(true); else form.save() } }} readOnly={!may('rename')} differences={(theirs) => [
        { name: t('people.name'), mine: draft.name, theirs: theirs.name },
        { name: t('people.role'), mine: named(draft.role), theirs: named(theirs.role) },
        { name: t('people.active'), mine: t(`yes.${draft.active}`), theirs: t(`yes.${theirs.active}`) },
      ]}>
        <TextField label={t('people.name')} value={draft.name} wrong={wrong('name')} onChange={(name) => { set({ name }) }} isRequired maxLength={200} />
        <Choose label={t('people.role')} value={draft.role} wrong={wrong('role')} isDisabled={!may('role')}
          hint={user.own ? t('form.own_account') : may('role') ? t('people.roleHint') : t('form.escalation')}
          onChange={(role) => { set({ role }) }}
          options={offered.length === 0 ? [{ value: user.role, label: roleName(user.role, user.role_name) }] : offered.map(({ slug, name }) => ({ value: slug, label: roleName(slug, name) }))} />
        <Switch isSelected={draft.active} isDisabled={!may('active')} onChange={(active) => { set({ active }) }} hint={t('people.activeTold')}>
          {t('people.active')}
        </Switch>
      </Editing>
      <Confirm title={draft.active ? t('people.roleAsk', { name: user.name, role: named(draft.role) }) : t('people.offAsk', { name: user.name })}
        act={draft.active ? t('people.roleAct') : t('people.offAct')} danger={!draft.active} open={asking} onClose={() => { setAsking(false) }}
        onConfirm={() => { setAsking(false); form.save() }}>{draft.active ? t('people.roleTold') : t('people.offTold')}</Confirm>
    </>
  )
}

const ACTS = ['factor', 'sessions'] as const

function Access({ user }: { user: User }) {
  const { t, i18n } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const told = useTold()
  const [asking, setAsking] = useState<(typeof ACTS)[number] | null>(null)
  const path = { path: { user: user.id } }
  const settled = () => cache.invalidateQueries({ queryKey: keys.users })
  const acting = useMutation<unknown, ApiError, (typeof ACTS)[number]>({
    mutationFn: (what) => what === 'factor' ? data(api.DELETE('/api/v1/users/{user}/factor/', { params: path }))
      : data(api.DELETE('/api/v1/users/{user}/sessions/', { params: path })),
    onSuccess: (_, what) => { say(t(`people.${what}Done`, { name: user.name })) },
    onError: (error) => { complain(told(error)) },
    onSettled: () => { setAsking(null); return settled() },
  })
  const confirming = useMutation<unknown, ApiError>({
    mutationFn: () => data(api.PATCH('/api/v1/users/{user}/', { params: path, body: { email_confirmed: true } })),
    onError: (error) => { complain(told(error)) }, onSettled: settled,
  })
  const button = (act: string, text: string, run: () => void) => user.allowed.includes(act) ? <Button small onPress={run}>{text}</Button> : undefined
  return (
    <Section title={t('people.access')}>
      <Facts>
        <Fact name={t('people.email')} act={button('confirm_email', t('people.confirm'), () => { confirming.mutate() })}>
          {user.email} {user.email_confirmed ? null : <Badge tone="warn">{t('people.unconfirmed')}</Badge>}
        </Fact>
        <Fact name={t('people.factor')} act={button('reset_factor', t('people.factorReset'), () => { setAsking('factor') })}>
          {user.second_factor ? <Badge tone="good">{t('people.hasFactor')}</Badge> : t('people.noFactor')}
        </Fact>
        <Fact name={t('people.lastSeen')} act={button('sign_out', t('people.signOut'), () => { setAsking('sessions') })}>
          {user.last_seen_at === null ? t('people.never') : moment(user.last_seen_at, i18n.language)}
        </Fact>
        <Fact name={t('people.since')}>{moment(user.created_at, i18n.language)}</Fact>
      </Facts>
      {ACTS.map((what) => (
        <Confirm key={what} title={t(`people.${what}Ask`, { name: user.name })} act={t(`people.${what}Act`)} open={asking === what} busy={acting.isPending}
          onClose={() => { setAsking(null) }} onConfirm={() => { acting.mutate(what) }}>{t(`people.${what}Told`)}</Confirm>
      ))}
    </Section>
  )
}
