/** The windows in which a second factor is set up with its QR code, gets other recovery codes, and is switched off. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import type { ApiError } from '../api/errors'
import type { components } from '../api/schema'
import { useApi } from '../app/session'
import { RecoveryCodes } from '../pages/sign-in/RecoveryCodes'
import { Ask } from '../ui/Ask'
import { Dialog } from '../ui/Dialog'
import { TextField } from '../ui/Field'
import styles from './Steps.module.css'

type Schema = components['schemas']

interface Props {
  why: (error: ApiError) => string
  onClose: () => void
  onDone: () => void
}

interface Given {
  readonly password: string
  readonly code: string
}

export function Enrol({ why, onClose, onDone }: Props) {
  const { t } = useTranslation('factor')
  const api = useApi()
  const [given, setGiven] = useState<Given>({ password: '', code: '' })
  const beginning = useMutation<Schema['Enrolment'], ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/factor/', { body: { password: given.password } })),
  })
  const confirming = useMutation<Schema['Codes'], ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/factor/confirm/', { body: { code: bare(given.code) } })),
  })
  if (confirming.data !== undefined) return <Kept codes={confirming.data.recovery_codes} onKept={onDone} />
  if (beginning.data === undefined) {
    return (
      <Ask title={t('setTitle')} told={t('first')} act={t('goOn')} asking={beginning} why={why} onClose={onClose}>
        <Password given={given} error={beginning.error} onChange={setGiven} />
      </Ask>
    )
  }
  const { picture, secret, uri } = beginning.data
  return (
    <Ask title={t('setTitle')} told={t('scan')} act={t('confirm')} asking={confirming} why={why} onClose={onClose}>
      <img className={styles.picture} src={picture} alt={t('picture')} />
      <a className={styles.open} href={uri}>{t('open')}</a>
      <p className={styles.told}>{t('byHand')} <code className={styles.secret}>{secret}</code></p>
      <Code given={given} error={confirming.error} digits onChange={setGiven} />
    </Ask>
  )
}

export function Codes({ why, onClose, onDone }: Props) {
  const { t } = useTranslation('factor')
  const api = useApi()
  const [given, setGiven] = useState<Given>({ password: '', code: '' })
  const renewing = useMutation<Schema['Codes'], ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/factor/recovery-codes/', { body: given })),
  })
  if (renewing.data !== undefined) return <Kept codes={renewing.data.recovery_codes} onKept={onDone} />
  return (
    <Ask title={t('newCodes')} told={t('codesTold')} act={t('newCodes')} asking={renewing} why={why} onClose={onClose}>
      <Password given={given} error={renewing.error} onChange={setGiven} />
      <Code given={given} error={renewing.error} onChange={setGiven} />
    </Ask>
  )
}

export function Disable({ why, onClose, onDone }: Props) {
  const { t } = useTranslation('factor')
  const api = useApi()
  const [given, setGiven] = useState<Given>({ password: '', code: '' })
  const disabling = useMutation<Schema['FactorState'], ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/factor/disable/', { body: given })), onSuccess: onDone,
  })
  return (
    <Ask title={t('disableTitle')} told={t('disableTold')} act={t('disable')} danger asking={disabling} why={why} onClose={onClose}>
      <Password given={given} error={disabling.error} onChange={setGiven} />
      <Code given={given} error={disabling.error} onChange={setGiven} />
    </Ask>
  )
}

/** A window that is left only when they are kept. */
function Kept({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useTranslation('factor')
  return <Dialog title={t('title')} open onClose={() => undefined}><RecoveryCodes codes={codes} onKept={onKept} /></Dialog>
}

interface FieldProps {
  given: Given
  error: ApiError | null
  onChange: (given: Given) => void
}

function Password({ given, error, onChange }: FieldProps) {
  const { t } = useTranslation('factor')
  return (
    <TextField label={t('password')} type="password" value={given.password} isRequired autoFocus autoComplete="current-password"
      wrong={error !== null && 'password' in error.fields ? t('wrongPassword') : undefined} onChange={(password) => { onChange({ ...given, password }) }} />
  )
}

/** `digits`: of the app alone, while there are no recovery codes yet. */
function Code({ given, error, digits = false, onChange }: FieldProps & { digits?: boolean }) {
  const { t } = useTranslation('factor')
  return (
    <TextField label={t('code')} value={given.code} isRequired exact autoComplete="one-time-code" wrong={error !== null && 'code' in error.fields ? t('wrongCode') : undefined}
      {...(digits ? { inputMode: 'numeric' as const, autoFocus: true } : { hint: t('codeHint') })} onChange={(code) => { onChange({ ...given, code }) }} />
  )
}

/** Apps show their digits in two groups. */
function bare(code: string): string {
  return code.replaceAll(/\s/gu, '')
}
