/** Inviting somebody to the staff: to a role that holds no more than one's own. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { Choose, TextField } from '../../ui/Field'
import { say } from '../../ui/Toasts'
import { keys, type Schema, useRoles } from '../asked'
import { Asked, useTold } from '../kit/Page'
import { useRoleName } from '../roles/name'
import styles from './People.module.css'

const FORM = 'invite'

export function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['settings', 'common'])
  const roles = useRoles()
  const api = useApi()
  const cache = useQueryClient()
  const inviting = useMutation<Schema['InvitationRow'], ApiError, { email: string; name: string; role: string }>({
    mutationFn: (body) => data(api.POST('/api/v1/invitations/', { body })),
    onSuccess: async (row) => {
      say(t('people.invited', { email: row.email }))
      onClose()
      await cache.invalidateQueries({ queryKey: keys.invitations })
    },
  })
  return (
    <Dialog title={t('people.invite')} open onClose={onClose} foot={(
      <>
        <Button onPress={onClose}>{t('common:app.cancel')}</Button>
        <Button look="primary" type="submit" form={FORM} isPending={inviting.isPending}>{t('people.send')}</Button>
      </>
    )}>
      <Asked query={roles}>{(all) => (
        <Fields roles={all.filter((role) => role.staff && role.assignable)} error={inviting.error} onSend={(given) => { inviting.mutate(given) }} />
      )}</Asked>
    </Dialog>
  )
}

function Fields({ roles, error, onSend }:
{ roles: readonly Schema['RoleRow'][]; error: ApiError | null; onSend: (given: { email: string; name: string; role: string }) => void }) {
  const { t } = useTranslation(['settings', 'common'])
  const told = useTold()
  const roleName = useRoleName()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState((roles.find(({ slug }) => slug === 'agent') ?? roles[0])?.slug ?? '')
  const at = (field: string) => error?.fields[field]?.[0]
  return (
    <Form id={FORM} className={styles.form ?? ''} validationBehavior="aria" onSubmit={(event) => {
      event.preventDefault()
      onSend({ email: email.trim(), name: name.trim(), role })
    }}>
      <p>{t('people.inviteTold')}</p>
      <TextField label={t('people.email')} type="email" value={email} onChange={setEmail} isRequired autoFocus exact autoComplete="off" wrong={at('email')} />
      <TextField label={t('people.nameOptional')} value={name} onChange={setName} maxLength={200} autoComplete="off" wrong={at('name')} />
      <Choose label={t('people.role')} value={role} onChange={setRole} wrong={at('role')} hint={t('people.roleHint')}
        options={roles.map(({ slug, name: shown }) => ({ value: slug, label: roleName(slug, shown) }))} />
      <p className={styles.wrong} role="alert">{error === null || Object.keys(error.fields).length > 0 ? '' : told(error)}</p>
    </Form>
  )
}
