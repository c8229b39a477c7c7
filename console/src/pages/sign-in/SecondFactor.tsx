/** The second step: a code of the authenticator app or a recovery code; or first the app is set up, and recovery codes are shown once. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { Failure, Loading } from '../../app/States'
import { Button } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import { RecoveryCodes } from './RecoveryCodes'
import styles from './SignIn.module.css'

interface Props {
  challenge: string
  /** A second factor is demanded and there is none yet. */
  enrol: boolean
  onEntered: () => void
  /** Back to the password; `late` where the challenge is over. */
  onOver: (late: boolean) => void
}

export function SecondFactor({ challenge, enrol, onEntered, onOver }: Props) {
  const { t } = useTranslation()
  const api = useApi()
  const [code, setCode] = useState('')
  const answering = useMutation<{ recovery_codes?: string[] }, ApiError, string>({
    mutationFn: (given) => data(api.POST('/api/v1/auth/session/factor/', { body: { challenge, code: given } })),
    onSuccess: ({ recovery_codes: codes }) => { if (codes === undefined) onEntered() },
    onError: (error) => { if (error.code === 'challenge_ended') onOver(true) },
  })
  const codes = answering.data?.recovery_codes
  if (codes !== undefined) return <RecoveryCodes codes={codes} onKept={onEntered} />
  const wrong = answering.error
  return (
    <Form className={styles.form ?? ''} onSubmit={(event) => {
      event.preventDefault()
      answering.mutate(code.replaceAll(/\s/gu, ''))
    }}>
      {enrol ? <Enrolment challenge={challenge} onOver={onOver} /> : <p className={styles.told}>{t('signIn.codeWhere')}</p>}
      <TextField label={t('signIn.code')} value={code} onChange={setCode} isRequired autoFocus exact autoComplete="one-time-code"
        inputMode={enrol ? 'numeric' : 'text'} {...(enrol ? {} : { hint: t('signIn.codeHint') })} />
      <p className={styles.wrong} role="alert">{wrong === null ? '' : wrong.status === 0 ? t('error.unreachable') : wrong.message}</p>
      <Button type="submit" look="primary" isPending={answering.isPending}>{t('signIn.confirm')}</Button>
      <Button look="quiet" onPress={() => { onOver(false) }}>{t('signIn.back')}</Button>
    </Form>
  )
}

function Enrolment({ challenge, onOver }: { challenge: string; onOver: (late: boolean) => void }) {
  const { t } = useTranslation()
  const api = useApi()
  const asked = useQuery({
    queryKey: ['enrolment', challenge], staleTime: Infinity, gcTime: 0, retry: false,
    queryFn: () => data(api.POST('/api/v1/auth/factor/enrolment/', { body: { challenge } })),
  })
  if (asked.error !== null) return <Failure text={asked.error.message || t('error.unreachable')} again={() => { onOver(true) }} />
  if (asked.data === undefined) return <Loading />
  return (
    <>
      <p className={styles.told}>{t('signIn.enrol')}</p>
      <img className={styles.picture} src={asked.data.picture} alt={t('signIn.picture')} />
      <p className={styles.told}>{t('signIn.byHand')} <code className={styles.secret}>{asked.data.secret}</code></p>
    </>
  )
}
