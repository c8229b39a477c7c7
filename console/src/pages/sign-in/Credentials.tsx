/** The first step: who one is, and the password. */
import { useMutation } from '@tanstack/react-query'
import { Form } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { useState } from 'react'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { Button } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import styles from './SignIn.module.css'

type Field = 'organization' | 'email' | 'password'

interface Props {
  organization: string
  /** The address, where only the password is asked for once more: it is not to be changed then, and the organization is not shown. */
  email: string | undefined
  /** The second step took too long, and one begins again. */
  over: boolean
  onEntered: (organization: string) => void
  /** Whether another step follows from this refusal. */
  onRefused: (error: ApiError, organization: string) => boolean
}

export function Credentials({ organization, email, over, onEntered, onRefused }: Props) {
  const { t } = useTranslation()
  const api = useApi()
  const [given, setGiven] = useState<Record<Field, string>>({ organization, email: email ?? '', password: '' })
  const entering = useMutation<unknown, ApiError, Record<Field, string>>({
    mutationFn: (body) => data(api.POST('/api/v1/auth/session/', { body })),
    onSuccess: (_, body) => { onEntered(body.organization) },
    onError: (error, body) => { onRefused(error, body.organization) },
  })
  const wrong = entering.error
  const field = (name: Field, type: 'text' | 'email' | 'password', complete: string) => (
    <TextField name={name} label={t(`signIn.${name}`)} type={type} isRequired exact autoComplete={complete} value={given[name]}
      autoFocus={name === 'password' && email !== undefined} isReadOnly={name === 'email' && email !== undefined}
      wrong={wrong?.fields[name]?.[0]} onChange={(text) => { setGiven({ ...given, [name]: text }) }} />
  )
  return (
    <Form className={styles.form ?? ''} onSubmit={(event) => {
      event.preventDefault()
      entering.mutate({ ...given, organization: given.organization.trim().toLowerCase(), email: given.email.trim() })
    }}>
      {email === undefined ? field('organization', 'text', 'organization') : null}
      {field('email', 'email', 'username')}
      {field('password', 'password', 'current-password')}
      <p className={styles.wrong} role="alert">
        {wrong !== null ? wrong.status === 0 ? t('error.unreachable') : wrong.message : over ? t('signIn.over') : ''}
      </p>
      <Button type="submit" look="primary" isPending={entering.isPending}>{entering.isPending ? t('signIn.busy') : t('signIn.submit')}</Button>
    </Form>
  )
}
