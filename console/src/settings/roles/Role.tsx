import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'

import { data } from '../../api/client'
import { useApi } from '../../app/session'
import { Button } from '../../ui/Button'
import { Checkbox, Choose, Switch, TextField } from '../../ui/Field'
import { say } from '../../ui/Toasts'
import { keys, type Schema, useRoles } from '../asked'
import { Delete } from '../kit/Delete'
import { Gone } from '../kit/Gone'
import { Asked, Editing, Page } from '../kit/Page'
import { useForm } from '../kit/useForm'
import { useRoleName } from './name'
import { inOrder, usePermissionText } from './permissions'
import { usePermissions } from './Roles'
import styles from './Roles.module.css'

type RoleRow = Schema['RoleRow']
type Subjects = readonly Schema['PermissionSubject'][]
const NEW: RoleRow = {
  id: 'new', slug: '', name: '', staff: true, shipped: false, permissions: [], people: 0, own: false, assignable: true, version: '',
  allowed: ['rename', 'permissions'],
}

export function Role() {
  const { t } = useTranslation('settings')
  const { id = '' } = useParams()
  const api = useApi()
  const roleName = useRoleName()
  const roles = useRoles()
  const permissions = usePermissions()
  const role = id === 'new' ? NEW : roles.data?.find((each) => each.id === id)
  return (
    <Page title={role === NEW ? t('roles.new') : (role === undefined ? t('places.roles') : roleName(role.slug, role.name))} up={{ to: '/settings/roles', text: t('places.roles') }} wide
      lead={role === undefined || role === NEW ? undefined : t(role.own ? 'roles.ownTold' : role.shipped ? 'roles.shipped' : 'roles.felt')}
      acts={role?.allowed.includes('delete') === true ? (
        <Delete name={role.name} stale={keys.roles} to="/settings/roles"
          run={() => data(api.DELETE('/api/v1/roles/{role}/', { params: { path: { role: role.id } } }))}>{t('roles.deleteTold')}</Delete>
      ) : undefined}>
      <Asked query={roles}>{(all) => (
        <Asked query={permissions}>{(subjects) => role === undefined ? <Gone />
          : <Fields key={role.id} role={role} others={all} subjects={subjects} />}</Asked>
      )}</Asked>
    </Page>
  )
}

function Fields({ role, others, subjects }: { role: RoleRow; others: readonly RoleRow[]; subjects: Subjects }) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const go = useNavigate()
  const text = usePermissionText()
  const roleName = useRoleName()
  const fresh = role.id === 'new'
  const form = useForm({
    name: `role/${role.id}`, saved: role,
    draftOf: ({ name, permissions, staff }: RoleRow) => ({ name, permissions: [...permissions].sort(), staff }),
    write: (draft, base) => fresh ? data(api.POST('/api/v1/roles/', { body: draft }))
      : data(api.PATCH('/api/v1/roles/{role}/', { params: { path: { role: role.id } }, body: {
        version: base.version, permissions: draft.permissions, ...(draft.name === base.name ? {} : { name: draft.name }),
      } })),
    onSaved: async (row) => {
      say(t('form.saved'))
      cache.setQueryData<RoleRow[]>(keys.roles, (rows) => fresh ? [...(rows ?? []), row] : rows?.map((each) => (each.id === row.id ? row : each)))
      if (fresh) await go(`/settings/roles/${row.id}`, { replace: true })
      await cache.invalidateQueries({ queryKey: keys.roles })
    },
  })
  const { draft, set, wrong } = form
  const held = new Set(draft.permissions)
  const put = (names: readonly string[], yes: boolean) => {
    const next = new Set(draft.permissions)
    for (const name of names) if (yes) next.add(name); else next.delete(name)
    set({ permissions: [...next].sort() })
  }
  const listed = (names: readonly string[], others: readonly string[]) => names.filter((name) => !others.includes(name))
    .map((name) => text(name, name)).join(', ') || t('roles.nothingElse')
  const changes = role.allowed.includes('permissions')
  const fits = ({ name, for_customers }: Schema['PermissionRow']) => draft.staff || for_customers || role.permissions.includes(name)
  return (
    <Editing form={form} readOnly={!changes} act={fresh ? t('roles.make') : undefined} differences={(theirs) => [
      { name: t('roles.name'), mine: draft.name, theirs: theirs.name },
      { name: t('roles.onlyThere'), mine: listed(draft.permissions, theirs.permissions), theirs: listed(theirs.permissions, draft.permissions) },
    ]}>
      <div className={styles.pair}>
        <TextField label={t('roles.name')} value={role.shipped ? roleName(role.slug, draft.name) : draft.name} wrong={wrong('name')} isRequired maxLength={200} isDisabled={!role.allowed.includes('rename')}
          onChange={(name) => { set({ name }) }} autoFocus={fresh} {...(role.shipped ? { hint: t('roles.shipped') } : {})} />
        {fresh ? (
          <Choose label={t('roles.like')} value="" hint={t('roles.likeTold')}
            options={[{ value: '', label: t('roles.empty') }, ...others.map(({ id, slug, name }) => ({ value: id, label: roleName(slug, name) }))]}
            onChange={(id) => {
              const like = others.find((other) => other.id === id)
              const may = new Set(subjects.flatMap(({ permissions }) => permissions).filter(({ grantable, for_customers }) => grantable && (like?.staff === true || for_customers)).map(({ name }) => name))
              if (like !== undefined) set({ permissions: like.permissions.filter((name) => may.has(name)), staff: like.staff })
            }} />
        ) : null}
      </div>
      {fresh ? <Switch isSelected={draft.staff} hint={t('roles.staffTold')}
          onChange={(staff) => {
            const theirs = new Set(subjects.flatMap(({ permissions }) => permissions).filter(({ for_customers }) => for_customers).map(({ name }) => name))
            set({ staff, permissions: staff ? draft.permissions : draft.permissions.filter((name) => theirs.has(name)) })
          }}>{t('roles.staff')}</Switch> : null}
      {draft.staff ? null : <p className={styles.part}>{t('roles.staffsOnly')}</p>}
      <div className={styles.groups}>
        {subjects.map((subject) => {
          const shown = subject.permissions.filter((permission) => fits(permission) || held.has(permission.name))
          const free = shown.filter((permission) => permission.grantable && fits(permission)).map(({ name }) => name)
          const all = shown.filter(({ name }) => held.has(name)).length
          return shown.length === 0 ? null : (
            <fieldset key={subject.subject}>
              <legend>{text(subject.subject, subject.text)} <span className={styles.part}>{t('roles.of', { some: String(all), all: String(shown.length) })}</span></legend>
              {inOrder(shown).map((permission) => {
                const { name, text: said, grantable } = permission
                const hint = grantable ? undefined : t('roles.fixed')
                return (
                  <Checkbox key={name} isSelected={held.has(name)} isDisabled={hint !== undefined || !changes} onChange={(yes) => { put([name], yes) }}
                    {...(hint === undefined ? {} : { hint })}>{text(name, said)}</Checkbox>
                )
              })}
              {changes && free.length > 2 ? (
                <span>
                  <Button small look="quiet" onPress={() => { put(free, !free.every((name) => held.has(name))) }}>
                    {free.every((name) => held.has(name)) ? t('roles.none') : t('roles.all')}
                  </Button>
                </span>
              ) : null}
            </fieldset>
          )
        })}
      </div>
    </Editing>
  )
}
