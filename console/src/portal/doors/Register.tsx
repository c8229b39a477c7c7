/** Making an account. The server never says whether the address was free, so one signs in at once: whose password fits is in. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { Link, Navigate, useLocation } from 'react-router'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { Button } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import { useAt, useOrganization } from '../addresses'
import { useReason, useWords } from '../words'
import { Door } from './Door'
import styles from './Door.module.css'
import { Secret } from './Secret'
import { useEntering } from './SignIn'
import { Unconfirmed } from './Unconfirmed'

export function Register() {
  const { t } = useWords()
  const api = useApi()
  const at = useAt()
  const organization = useOrganization()
  const { state } = useLocation() as { state: unknown }
  const reason = useReason()
  const [given, setGiven] = useState({ name: '', email: '', password: '' })
  const { entering } = useEntering()
  const registering = useMutation<unknown, ApiError>({
    networkMode: 'always',
    mutationFn: () => data(api.POST('/api/v1/auth/register/', { body: { organization, ...given, email: given.email.trim(), name: given.name.trim() } })),
    onSuccess: () => { entering.mutate(given) },
  })
  const code = entering.error?.code
  if (code === 'email_not_confirmed') return <Unconfirmed email={given.email} again={() => { entering.mutate(given) }} />
  if (code === 'invalid_credentials' || code?.startsWith('second_factor') === true) {
    return <Navigate to={at('sign-in')} replace state={{ ...(state as object | null), email: given.email.trim(), known: true }} />
  }
  const error = registering.error ?? entering.error
  const fields = registering.error?.fields ?? {}
  const atField = ['name', 'email', 'password'].some((name) => name in fields)
  const field = (name: 'name' | 'email') => ({
    label: t(`door.${name}`), name, value: given[name], isRequired: true, wrong: fields[name]?.[0], onChange: (text: string) => { setGiven({ ...given, [name]: text }) },
  })
  return (
    <Door title={t('door.register')}>
      <Form className={styles.form ?? ''} onSubmit={(event) => {
        event.preventDefault()
        registering.mutate()
      }}>
        <TextField {...field('name')} autoComplete="name" />
        <TextField {...field('email')} type="email" inputMode="email" autoComplete="username" exact />
        <Secret label={t('door.password')} value={given.password} wrong={fields.password?.join(' ')} fresh
          onChange={(password) => { setGiven({ ...given, password }) }} />
        <p className={styles.hint}>{t('door.passwordHint')}</p>
        {error === null || atField ? null : <p className={styles.wrong} role="alert">{reason(error)}</p>}
        <Button type="submit" look="primary" isPending={registering.isPending || entering.isPending}>{t('door.register')}</Button>
      </Form>
      <nav className={styles.ways}><span>{t('door.signInAsk')} <Link to={at('sign-in')} state={state}>{t('door.signIn')}</Link></span></nav>
    </Door>
  )
}
