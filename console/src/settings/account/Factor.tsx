/** One's own second factor: set up with its QR code, other recovery codes, switched off. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { RecoveryCodes } from '../../pages/sign-in/RecoveryCodes'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { TextField } from '../../ui/Field'
import { Badge } from '../../ui/Marks'
import { say } from '../../ui/Toasts'
import { keys, type Schema } from '../asked'
import { date } from '../kit/moments'
import { Asked, Fact, Facts, Section } from '../kit/Page'
import styles from './Account.module.css'
import { Ask } from './Ask'

type State = Schema['FactorState']
type Doing = 'enrol' | 'codes' | 'disable'

export function Factor() {
  const { t } = useTranslation('settings')
  const api = useApi()
  const query = useQuery({ queryKey: keys.factor, queryFn: () => data(api.GET('/api/v1/auth/factor/')) })
  return (
    <Section title={t('account.factor')} lead={t('account.factorTold')}>
      <Asked query={query}>{(state) => <Shown state={state} />}</Asked>
    </Section>
  )
}

function Shown({ state }: { state: State }) {
  const { t, i18n } = useTranslation('settings')
  const cache = useQueryClient()
  const [doing, setDoing] = useState<Doing | null>(null)
  const done = (text: string) => {
    setDoing(null)
    say(text)
    void cache.invalidateQueries({ queryKey: keys.factor })
  }
  const close = () => { setDoing(null) }
  const button = (what: Doing, text: string) => <Button small onPress={() => { setDoing(what) }}>{text}</Button>
  return (
    <>
      <Facts>
        <Fact name={t('account.app')} act={!state.enabled ? button('enrol', t('account.factorSet')) : state.demanded ? undefined : button('disable', t('account.factorDisable'))}>
          {state.enabled ? <Badge tone="good">{t('account.factorOn', { when: state.since === null ? '' : date(state.since, i18n.language) })}</Badge> : <Badge>{t('account.factorOff')}</Badge>}
          {state.demanded ? <small> {t('account.factorDemanded')}</small> : null}
        </Fact>
        {state.enabled ? (
          <Fact name={t('account.codes')} act={button('codes', t('account.codesNew'))}>{t('account.codesLeft', { count: state.recovery_codes_left })}</Fact>
        ) : null}
      </Facts>
      {doing === 'enrol' ? <Enrol onClose={close} onDone={() => { done(t('account.factorDone')) }} /> : null}
      {doing === 'codes' ? <Codes onClose={close} onDone={() => { done(t('account.codesDone')) }} /> : null}
      {doing === 'disable' ? <Disable onClose={close} onDone={() => { done(t('account.factorGone')) }} /> : null}
    </>
  )
}

interface Props {
  onClose: () => void
  onDone: () => void
}

function Enrol({ onClose, onDone }: Props) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const beginning = useMutation<Schema['Enrolment'], ApiError>({ mutationFn: () => data(api.POST('/api/v1/auth/factor/', { body: { password } })) })
  const confirming = useMutation<Schema['Codes'], ApiError>({
    mutationFn: () => data(api.POST('/api/v1/auth/factor/confirm/', { body: { code: code.replaceAll(/\s/gu, '') } })),
  })
  if (confirming.data !== undefined) return <Kept codes={confirming.data.recovery_codes} onKept={onDone} />
  if (beginning.data === undefined) {
    return (
      <Ask title={t('account.factorSet')} told={t('account.factorPassword')} act={t('account.goOn')} asking={beginning} onClose={onClose}>
        <TextField label={t('account.passwordOld')} type="password" value={password} onChange={setPassword} isRequired autoFocus
          autoComplete="current-password" wrong={beginning.error?.fields.password?.[0]} />
      </Ask>
    )
  }
  return (
    <Ask title={t('account.factorSet')} told={t('account.factorScan')} act={t('account.factorConfirm')} asking={confirming} onClose={onClose}>
      <img className={styles.picture} src={beginning.data.picture} alt={t('account.picture')} />
      <p className={styles.told}>{t('account.byHand')} <code className={styles.secret}>{beginning.data.secret}</code></p>
      <TextField label={t('account.code')} value={code} onChange={setCode} isRequired autoFocus exact autoComplete="one-time-code" inputMode="numeric"
        wrong={confirming.error?.fields.code?.[0]} />
    </Ask>
  )
}

/** A window that is left only when they are kept. */
function Kept({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useTranslation('settings')
  return <Dialog title={t('account.factor')} open onClose={() => undefined}><RecoveryCodes codes={codes} onKept={onKept} /></Dialog>
}

function Codes({ onClose, onDone }: Props) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const [given, setGiven] = useState({ password: '', code: '' })
  const renewing = useMutation<Schema['Codes'], ApiError>({ mutationFn: () => data(api.POST('/api/v1/auth/factor/recovery-codes/', { body: given })) })
  if (renewing.data !== undefined) return <Kept codes={renewing.data.recovery_codes} onKept={onDone} />
  return (
    <Ask title={t('account.codesNew')} told={t('account.codesTold')} act={t('account.codesNew')} asking={renewing} onClose={onClose}>
      <Proof given={given} error={renewing.error} onChange={setGiven} />
    </Ask>
  )
}

function Disable({ onClose, onDone }: Props) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const [given, setGiven] = useState({ password: '', code: '' })
  const disabling = useMutation<State, ApiError>({ mutationFn: () => data(api.POST('/api/v1/auth/factor/disable/', { body: given })), onSuccess: onDone })
  return (
    <Ask title={t('account.factorDisable')} told={t('account.factorDisableTold')} act={t('account.factorDisable')} danger asking={disabling} onClose={onClose}>
      <Proof given={given} error={disabling.error} onChange={setGiven} />
    </Ask>
  )
}

function Proof({ given, error, onChange }:
{ given: { password: string; code: string }; error: ApiError | null; onChange: (given: { password: string; code: string }) => void }) {
  const { t } = useTranslation('settings')
  return (
    <>
      <TextField label={t('account.passwordOld')} type="password" value={given.password} isRequired autoFocus autoComplete="current-password"
        wrong={error?.fields.password?.[0]} onChange={(password) => { onChange({ ...given, password }) }} />
      <TextField label={t('account.code')} hint={t('account.codeHint')} value={given.code} isRequired exact autoComplete="one-time-code"
        wrong={error?.fields.code?.[0]} onChange={(code) => { onChange({ ...given, code }) }} />
    </>
  )
}
