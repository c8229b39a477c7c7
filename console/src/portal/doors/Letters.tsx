/** What goes by mail: asking for a new password, choosing it, and confirming an address. Nothing happens by a page being looked at. */
import { useMutation } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Form } from 'react-aria-components'
import { Link, useLocation } from 'react-router'

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

export function Forgotten() {
  const { t } = useWords()
  const api = useApi()
  const at = useAt()
  const reason = useReason()
  const organization = useOrganization()
  const { state } = useLocation() as { state: { email?: string } | null }
  const [email, setEmail] = useState(state?.email ?? '')
  const [letters, setLetters] = useState(0)
  const asking = useMutation<unknown, ApiError, string>({
    networkMode: 'always', mutationFn: (address) => data(api.POST('/api/v1/auth/password/reset/', { body: { organization, email: address } })),
    onSuccess: () => { setLetters(letters + 1) },
  })
  if (letters > 0) {
    return (
      <Door title={t('door.forgottenTitle')}>
        <div className={styles.told} role="status">
          <p>{t('door.sent', { email: email.trim() })}</p>
          {letters > 1 ? <p>{t('door.askedAgain')}</p> : null}
        </div>
        {asking.error === null ? null : <p className={styles.wrong} role="alert">{reason(asking.error)}</p>}
        <Button isPending={asking.isPending} onPress={() => { asking.mutate(email.trim()) }}>{t('door.another')}</Button>
        <Link to={at('sign-in')}>{t('door.toSignIn')}</Link>
      </Door>
    )
  }
  return (
    <Door title={t('door.forgottenTitle')}>
      <Form className={styles.form ?? ''} onSubmit={(event) => {
        event.preventDefault()
        asking.mutate(email.trim())
      }}>
        <p>{t('door.forgottenHow')}</p>
        <TextField label={t('door.email')} name="email" type="email" inputMode="email" isRequired value={email} onChange={setEmail} autoComplete="username"
          exact wrong={asking.error?.fields.email?.[0]} />
        {asking.error === null || 'email' in asking.error.fields ? null : <p className={styles.wrong} role="alert">{reason(asking.error)}</p>}
        <Button type="submit" look="primary" isPending={asking.isPending}>{t('door.send')}</Button>
      </Form>
      <Link to={at('sign-in')}>{t('door.toSignIn')}</Link>
    </Door>
  )
}

/** The secret of the link that was mailed; it leaves the address at once, so that nobody copies it on. */
function useToken(): string {
  const [token] = useState(() => new URLSearchParams(window.location.search).get('token') ?? '')
  if (token !== '' && window.location.search !== '') window.history.replaceState(window.history.state, '', window.location.pathname)
  return token
}

export function NewPassword() {
  const { t } = useWords()
  const api = useApi()
  const token = useToken()
  const reason = useReason()
  const [password, setPassword] = useState('')
  const setting = useMutation<unknown, ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/password/reset/confirm/', { body: { token, password } })),
  })
  const { error } = setting
  return (
    <Door title={t('door.reset')}>
      <Linked token={token} dead={error?.code === 'dead_link'} done={setting.isSuccess ? t('door.resetDone') : null} again="forgotten">
        <Form className={styles.form ?? ''} onSubmit={(event) => {
          event.preventDefault()
          setting.mutate()
        }}>
          <Secret label={t('door.password')} value={password} onChange={setPassword} fresh wrong={error?.fields.password?.join(' ')} />
          <p className={styles.hint}>{t('door.passwordHint')}</p>
          {error === null || 'password' in error.fields ? null : <p className={styles.wrong} role="alert">{reason(error)}</p>}
          <Button type="submit" look="primary" isPending={setting.isPending}>{t('door.resetSet')}</Button>
        </Form>
      </Linked>
    </Door>
  )
}

export function ConfirmAddress() {
  const { t } = useWords()
  const api = useApi()
  const token = useToken()
  const reason = useReason()
  const confirming = useMutation<{ email: string }, ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/email/confirm/', { body: { token } })),
  })
  const { error } = confirming
  return (
    <Door title={t('door.confirm')}>
      <Linked token={token} dead={error?.code === 'dead_link'} done={confirming.data === undefined ? null : t('door.confirmed', { email: confirming.data.email })}
        again="sign-in">
        <p>{t('door.confirmHow')}</p>
        {error === null ? null : <p className={styles.wrong} role="alert">{reason(error)}</p>}
        <Button look="primary" isPending={confirming.isPending} onPress={() => { confirming.mutate() }}>{t('door.confirmAct')}</Button>
      </Linked>
    </Door>
  )
}

/** What a link leads to, or that it is none; `again`: where another one is asked for. */
function Linked({ token, dead, done, again, children }: { token: string; dead: boolean; done: string | null; again: string; children: ReactNode }) {
  const { t } = useWords()
  const at = useAt()
  if (done !== null) return <><p className={styles.told} role="status">{done}</p><Link to={at('sign-in')}>{t('door.toSignIn')}</Link></>
  if (!dead && token !== '') return children
  return (
    <>
      <p className={styles.wrong} role="alert">{t(dead ? 'door.dead' : 'door.noToken')}</p>
      <Link to={at(again)}>{t(again === 'forgotten' ? 'door.askAgain' : 'door.toSignIn')}</Link>
    </>
  )
}
