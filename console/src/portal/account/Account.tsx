/** One's own account: name, where one is signed in, password and address, language and colours. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Form } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { keys } from '../../api/keys'
import { useApi, useMe } from '../../app/session'
import { type Theme, THEMES, useTheme, wear } from '../../app/theme'
import { useSignOut } from '../../app/useSignOut'
import { LANGUAGES, type Language, speak } from '../../i18n'
import type { Me } from '../../realtime/live'
import { Button } from '../../ui/Button'
import { Choose, TextField } from '../../ui/Field'
import { Avatar } from '../../ui/Marks'
import { say } from '../../ui/Toasts'
import door from '../doors/Door.module.css'
import { Secret } from '../doors/Secret'
import { Page } from '../Page'
import { useReason, useWords } from '../words'
import styles from './Account.module.css'
import { Factor } from './Factor'
import { Sessions } from './Sessions'

const LONGEST_NAME = 200

export function Account() {
  const { t } = useWords()
  const { t: f } = useTranslation('factor')
  const { name, email } = useMe()
  return (
    <Page title={t('account.title')}>
      <section className={styles.who}>
        <Avatar name={name} />
        <p><b dir="auto">{name}</b><span>{email}</span></p>
      </section>
      <Part title={t('account.name')}><Fold title={t('account.changeName')}>{(close) => <ChangeName onDone={close} />}</Fold></Part>
      <Part title={t('account.look')}><Look /></Part>
      <Part title={t('account.sessions')}><Sessions /></Part>
      <Part title={t('account.password')}><Fold title={t('account.changePassword')}>{(close) => <ChangePassword onDone={close} />}</Fold></Part>
      <Part title={f('title')}><Factor /></Part>
      <Part title={t('account.email')}><Fold title={t('account.changeEmail')}>{(close) => <ChangeAddress onDone={close} />}</Fold></Part>
      <Leave />
    </Page>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return <section className={styles.part}><h2>{title}</h2>{children}</section>
}

/** A form that is opened when it is wanted. */
function Fold({ title, children }: { title: string; children: (close: () => void) => ReactNode }) {
  const [open, setOpen] = useState(false)
  return open ? <div className={styles.fold}>{children(() => { setOpen(false) })}</div> : <Button onPress={() => { setOpen(true) }}>{title}</Button>
}

function Look() {
  const { t } = useWords()
  const { t: c, i18n } = useTranslation()
  const worn = useTheme()
  return (
    <div className={styles.pair}>
      <Choose<Theme> label={t('account.theme')} value={worn} options={THEMES.map((value) => ({ value, label: c(`theme.${value}`) }))}
        onChange={wear} />
      <Choose<Language> label={t('account.language')} value={i18n.language as Language}
        options={(Object.entries(LANGUAGES) as [Language, string][]).map(([value, label]) => ({ value, label }))} onChange={speak} />
    </div>
  )
}

function ChangeName({ onDone }: { onDone: () => void }) {
  const { t } = useWords()
  const { t: c } = useTranslation()
  const api = useApi()
  const cache = useQueryClient()
  const reason = useReason()
  const [name, setName] = useState(useMe().name)
  const changing = useMutation<Me, ApiError>({
    networkMode: 'always', mutationFn: () => data(api.PATCH('/api/v1/auth/me/', { body: { name: name.trim() } })),
    onSuccess: (me) => {
      say(t('account.nameChanged'))
      cache.setQueryData(keys.me, me)
      onDone()
    },
  })
  return (
    <Form className={door.form ?? ''} onSubmit={(event) => {
      event.preventDefault()
      changing.mutate()
    }}>
      <TextField label={t('door.name')} hint={t('account.nameHint')} isRequired maxLength={LONGEST_NAME} autoFocus autoComplete="name" value={name}
        onChange={setName} wrong={changing.error?.fields.name?.[0]} />
      <Wrong error={changing.error} reason={reason} />
      <Ends busy={changing.isPending} save={t('account.changeName')} cancel={c('app.cancel')} onCancel={onDone} />
    </Form>
  )
}

function ChangePassword({ onDone }: { onDone: () => void }) {
  const { t } = useWords()
  const { t: c } = useTranslation()
  const api = useApi()
  const cache = useQueryClient()
  const reason = useReason()
  const [given, setGiven] = useState({ password: '', new_password: '' })
  const changing = useMutation<unknown, ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/password/', { body: given })),
    onSuccess: () => {
      say(t('account.passwordChanged'))
      void cache.invalidateQueries({ queryKey: keys.me }) // who asked meanwhile was told that the old session is over
      onDone()
    },
  })
  const fields = changing.error?.fields ?? {}
  return (
    <Form className={door.form ?? ''} onSubmit={(event) => {
      event.preventDefault()
      changing.mutate()
    }}>
      <Secret label={t('account.current')} name="current" value={given.password} wrong={'password' in fields ? t('account.wrongPassword') : undefined}
        onChange={(password) => { setGiven({ ...given, password }) }} />
      <Secret label={t('account.next')} name="new" fresh value={given.new_password} wrong={fields.new_password?.join(' ')}
        onChange={(text) => { setGiven({ ...given, new_password: text }) }} />
      <p className={door.hint}>{t('door.passwordHint')}</p>
      <Wrong error={changing.error} reason={reason} />
      <Ends busy={changing.isPending} save={t('account.changePassword')} cancel={c('app.cancel')} onCancel={onDone} />
    </Form>
  )
}

function ChangeAddress({ onDone }: { onDone: () => void }) {
  const { t } = useWords()
  const { t: c } = useTranslation()
  const api = useApi()
  const reason = useReason()
  const [given, setGiven] = useState({ email: '', password: '' })
  const changing = useMutation<unknown, ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/email/', { body: { ...given, email: given.email.trim() } })),
  })
  const fields = changing.error?.fields ?? {}
  if (changing.isSuccess) return <p className={door.told} role="status">{t('account.emailSent', { email: given.email.trim() })}</p>
  return (
    <Form className={door.form ?? ''} onSubmit={(event) => {
      event.preventDefault()
      changing.mutate()
    }}>
      <TextField label={t('account.newEmail')} type="email" inputMode="email" isRequired value={given.email} autoComplete="email" wrong={fields.email?.[0]}
        onChange={(email) => { setGiven({ ...given, email }) }} />
      <Secret label={t('account.current')} name="current" value={given.password} wrong={'password' in fields ? t('account.wrongPassword') : undefined}
        onChange={(password) => { setGiven({ ...given, password }) }} />
      <Wrong error={changing.error} reason={reason} />
      <Ends busy={changing.isPending} save={t('account.changeEmail')} cancel={c('app.cancel')} onCancel={onDone} />
    </Form>
  )
}

function Wrong({ error, reason }: { error: ApiError | null; reason: (error: Error) => string }) {
  return error === null || Object.keys(error.fields).length > 0 ? null : <p className={door.wrong} role="alert">{reason(error)}</p>
}

function Ends({ busy, save, cancel, onCancel }: { busy: boolean; save: string; cancel: string; onCancel: () => void }) {
  return (
    <div className={styles.ends}>
      <Button onPress={onCancel}>{cancel}</Button>
      <Button type="submit" look="primary" isPending={busy}>{save}</Button>
    </div>
  )
}

function Leave() {
  const { t } = useWords()
  const { signOut, busy, window } = useSignOut(useMe())
  return (
    <section className={styles.part}>
      <Button look="danger" isPending={busy} onPress={signOut}>{t('account.signOut')}</Button>
      {window}
    </section>
  )
}
