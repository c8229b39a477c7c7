/** The door: address and password, the second factor where there is one, and what helps where it does not open. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Link, useLocation } from 'react-router'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { keys } from '../../api/keys'
import { useApi } from '../../app/session'
import { SecondFactor } from '../../pages/sign-in/SecondFactor'
import { Button } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import { useAt, useOrganization } from '../addresses'
import { useReason, useWords } from '../words'
import { Door } from './Door'
import styles from './Door.module.css'
import { remember } from './known'
import { Secret } from './Secret'
import { Unconfirmed } from './Unconfirmed'

interface Given {
  readonly email: string
  readonly password: string
}

export function useEntering() {
  const api = useApi()
  const cache = useQueryClient()
  const organization = useOrganization()
  const enter = () => {
    remember(organization)
    void cache.resetQueries({ queryKey: keys.me })
  }
  const entering = useMutation<unknown, ApiError, Given>({
    networkMode: 'always',
    mutationFn: ({ email, password }) => data(api.POST('/api/v1/auth/session/', { body: { organization, email: email.trim(), password } })),
    onSuccess: enter,
  })
  return { entering, enter }
}

/** What a right password that is not enough is answered with; null for everything else. */
export function challengeOf(error: ApiError | null): { token: string; enrol: boolean } | null {
  const token = error?.body.challenge
  return error?.code.startsWith('second_factor') === true && typeof token === 'string' ? { token, enrol: error.code === 'second_factor_enrolment_required' } : null
}

export function SignIn() {
  const { t } = useWords()
  const { t: c } = useTranslation()
  const { state } = useLocation() as { state: unknown }
  const before = typeof state === 'object' && state !== null ? (state as { email?: unknown; known?: unknown }) : {}
  const [email, setEmail] = useState(typeof before.email === 'string' ? before.email : '')
  const [password, setPassword] = useState('')
  const [late, setLate] = useState(false)
  const { entering, enter } = useEntering()
  const reason = useReason()
  const at = useAt()
  const { error } = entering
  const challenge = challengeOf(error)
  if (error?.code === 'email_not_confirmed') return <Unconfirmed email={email} again={() => { entering.mutate({ email, password }) }} />
  if (challenge !== null) {
    return (
      <Door title={t('door.signIn')}>
        <SecondFactor challenge={challenge.token} enrol={challenge.enrol} onEntered={enter} onOver={(over) => { setLate(over); entering.reset() }} />
      </Door>
    )
  }
  const told = error !== null ? (error.code === 'invalid_credentials' ? error.message : reason(error)) : null
  return (
    <Door title={t('door.signIn')}>
      <Form className={styles.form ?? ''} onSubmit={(event) => {
        event.preventDefault()
        setLate(false)
        entering.mutate({ email, password })
      }}>
        {told === null && before.known === true ? <p className={styles.warned} role="status">{t('door.known')}</p> : null}
        {told === null && late ? <p className={styles.warned} role="status">{c('signIn.over')}</p> : null}
        <TextField label={t('door.email')} name="email" type="email" inputMode="email" isRequired value={email} onChange={setEmail} autoComplete="username"
          exact />
        <Secret label={t('door.password')} value={password} onChange={setPassword} />
        {told === null ? null : <p className={styles.wrong} role="alert">{told}</p>}
        <Button type="submit" look="primary" isPending={entering.isPending}>{t('door.signIn')}</Button>
      </Form>
      <nav className={styles.ways}>
        <Link to={at('forgotten')} state={{ email }}>{t('door.forgotten')}</Link>
        <span>{t('door.registerAsk')} <Link to={at('register')} state={state}>{t('door.register')}</Link></span>
        <Link to="/portal/">{t('door.other')}</Link>
      </nav>
    </Door>
  )
}
