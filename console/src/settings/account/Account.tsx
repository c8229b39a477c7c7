/** One's own account: for everybody of the staff. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { keys as common } from '../../api/keys'
import { useApi, useLive, useMe } from '../../app/session'
import { type Theme, theme, THEMES, wear } from '../../app/theme'
import { type Language, LANGUAGES, speak } from '../../i18n'
import type { Live, Me } from '../../realtime/live'
import { Button } from '../../ui/Button'
import { Choose, TextField } from '../../ui/Field'
import { say } from '../../ui/Toasts'
import { keys } from '../asked'
import { Editing, Fact, Facts, Page, Section } from '../kit/Page'
import { useForm } from '../kit/useForm'
import styles from './Account.module.css'
import { Ask } from './Ask'
import { Factor } from './Factor'
import { Sessions } from './Sessions'

const ENDS_WITHIN = 30_000 // milliseconds

export function Account() {
  const { t } = useTranslation('settings')
  return (
    <Page title={t('places.account')}>
      <Section title={t('account.profile')}><Profile /></Section>
      <Factor />
      <Sessions />
      <Section title={t('account.look')} lead={t('account.notices')}><Look /></Section>
    </Page>
  )
}

function Profile() {
  const { t } = useTranslation('settings')
  const api = useApi()
  const me = useMe()
  const cache = useQueryClient()
  const [asking, setAsking] = useState<'email' | 'password' | null>(null)
  const form = useForm<Me, { name: string }>({
    name: 'me', saved: me, draftOf: ({ name }) => ({ name }),
    write: (draft) => data(api.PATCH('/api/v1/auth/me/', { body: draft })),
    onSaved: (row) => {
      cache.setQueryData(common.me, row)
      say(t('form.saved'))
    },
  })
  const close = () => { setAsking(null) }
  return (
    <>
      <Editing form={form}>
        <TextField label={t('account.name')} hint={t('account.nameTold')} value={form.draft.name} wrong={form.wrong('name')} isRequired maxLength={200}
          autoComplete="name" onChange={(name) => { form.set({ name }) }} />
      </Editing>
      <Facts>
        <Fact name={t('account.email')} act={<Button small onPress={() => { setAsking('email') }}>{t('account.emailChange')}</Button>}>{me.email}</Fact>
        <Fact name={t('account.password')} act={<Button small onPress={() => { setAsking('password') }}>{t('account.passwordChange')}</Button>}>
          <span aria-hidden="true">••••••••••</span>
        </Fact>
        <Fact name={t('account.organization')}>{me.organization.name}</Fact>
      </Facts>
      {asking === 'email' ? <Email onClose={close} /> : asking === 'password' ? <Password email={me.email} onClose={close} /> : null}
    </>
  )
}

function Email({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const changing = useMutation<unknown, ApiError>({
    mutationFn: () => data(api.POST('/api/v1/auth/email/', { body: { email: email.trim(), password } })),
    onSuccess: () => { say(t('account.emailSent', { email: email.trim() })); onClose() },
  })
  const at = (field: string) => changing.error?.fields[field]?.[0]
  return (
    <Ask title={t('account.emailTitle')} act={t('account.emailSend')} told={t('account.emailTold')} asking={changing} onClose={onClose}>
      <TextField label={t('account.emailNew')} type="email" value={email} onChange={setEmail} isRequired autoFocus exact autoComplete="email" wrong={at('email')} />
      <TextField label={t('account.passwordOld')} type="password" value={password} onChange={setPassword} isRequired autoComplete="current-password" wrong={at('password')} />
    </Ask>
  )
}

function Password({ email, onClose }: { email: string; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const live = useLive()
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const [again, setAgain] = useState('')
  const differs = again !== '' && again !== fresh
  const changing = useMutation<unknown, ApiError>({
    mutationFn: () => data(api.POST('/api/v1/auth/password/', { body: { password: old, new_password: fresh } })),
    onSuccess: async () => {
      say(t('account.passwordDone'))
      onClose()
      revive(live)
      await Promise.all([cache.invalidateQueries({ queryKey: common.me }), cache.invalidateQueries({ queryKey: keys.sessions })])
    },
  })
  const at = (field: string) => changing.error?.fields[field]?.join(' ')
  return (
    <Ask title={t('account.passwordTitle')} act={t('account.passwordChange')} told={t('account.passwordTold')} asking={changing} possible={!differs} onClose={onClose}>
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <TextField label={t('account.passwordOld')} type="password" value={old} onChange={setOld} isRequired autoFocus autoComplete="current-password" wrong={at('password')} />
      <TextField label={t('account.passwordNew')} type="password" value={fresh} onChange={setFresh} isRequired autoComplete="new-password"
        hint={t('account.passwordHint')} wrong={at('new_password')} />
      <TextField label={t('account.passwordAgain')} type="password" value={again} onChange={setAgain} isRequired autoComplete="new-password"
        wrong={differs ? t('account.passwordDiffers') : undefined} />
    </Ask>
  )
}

/** The line was begun under the old password and ends with it, now or in a moment: this browser may go on. */
function revive(live: Live): void {
  const ended = () => { if (live.state.get().name === 'ended') live.resume() }
  ended()
  setTimeout(live.state.watch(ended), ENDS_WITHIN)
}

function Look() {
  const { t, i18n } = useTranslation(['settings', 'common'])
  const [worn, setWorn] = useState(theme)
  return (
    <div className={styles.pair}>
      <Choose<Theme> label={t('account.theme')} value={worn} onChange={(name) => { wear(name); setWorn(name) }}
        options={THEMES.map((name) => ({ value: name, label: t(`common:theme.${name}`) }))} />
      <Choose<Language> label={t('account.language')} value={i18n.language as Language} onChange={speak}
        options={(Object.keys(LANGUAGES) as Language[]).map((tag) => ({ value: tag, label: LANGUAGES[tag] }))} />
    </div>
  )
}
