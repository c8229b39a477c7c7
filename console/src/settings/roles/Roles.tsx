/** Who may do what: the permissions by what they are about, a column for each role. */
import { useQuery } from '@tanstack/react-query'
import { Check, Plus } from 'lucide-react'
import { Fragment } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { data } from '../../api/client'
import { useApi, useMay } from '../../app/session'
import { Badge } from '../../ui/Marks'
import { keys, type Schema, useRoles } from '../asked'
import { Asked, Page } from '../kit/Page'
import { useRoleName } from './name'
import { inOrder, usePermissionText } from './permissions'
import styles from './Roles.module.css'

export function usePermissions() {
  const api = useApi()
  return useQuery({ queryKey: keys.permissions, queryFn: () => data(api.GET('/api/v1/permissions/')) })
}

export function Roles() {
  const { t } = useTranslation('settings')
  const roles = useRoles()
  const permissions = usePermissions()
  const adds = useMay('accounts.add_role')
  return (
    <Page title={t('places.roles')} lead={t('told.roles')} wide
      acts={adds ? <Link to="new" className={styles.new}><Plus aria-hidden />{t('roles.new')}</Link> : undefined}>
      <Asked query={roles}>{(all) => (
        <Asked query={permissions}>{(subjects) => <Table roles={all} subjects={subjects} />}</Asked>
      )}</Asked>
    </Page>
  )
}

function Table({ roles, subjects }: { roles: readonly Schema['RoleRow'][]; subjects: readonly Schema['PermissionSubject'][] }) {
  const { t } = useTranslation('settings')
  const text = usePermissionText()
  const roleName = useRoleName()
  const held = roles.map((role) => new Set(role.permissions))
  return (
    <div className={styles.frame} role="region" aria-label={t('roles.table')} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col" className={styles.corner}>{t('roles.permission')}</th>
            {roles.map((role) => (
              <th key={role.id} scope="col">
                <Link to={role.id} dir="auto">{roleName(role.slug, role.name)}</Link>
                <small>{t('roles.people', { count: role.people })}</small>
                {role.own ? <Badge tone="accent">{t('roles.own')}</Badge> : null}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {subjects.map((subject) => (
            <Fragment key={subject.subject}>
              <tr className={styles.subject}><th scope="rowgroup" colSpan={roles.length + 1}><span>{text(subject.subject, subject.text)}</span></th></tr>
              {inOrder(subject.permissions).map((permission) => (
                <tr key={permission.name}>
                  <th scope="row">{text(permission.name, permission.text)}</th>
                  {roles.map((role, place) => (
                    <td key={role.id} data-yes={held[place]?.has(permission.name)}>
                      {held[place]?.has(permission.name) === true ? <><Check aria-hidden /><span className="unseen">{t('yes.true')}</span></> : <span className="unseen">{t('yes.false')}</span>}
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}
