/** Publishing, settings, archiving, deleting, importing. */
import { useMutation } from '@tanstack/react-query'
import { CircleAlert } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { ApiError } from '../api/errors'
import type { components } from '../api/schema'
import { useApi } from '../app/session'
import { Button } from '../ui/Button'
import { Confirm, Dialog } from '../ui/Dialog'
import { Choose, TextField } from '../ui/Field'
import { complain, say } from '../ui/Toasts'
import { isUnchanged } from './desk/desk'
import type { Detail } from './desk/saver'
import styles from './Dialogs.module.css'
import { useProblemText } from './ProblemList'
import { useRefusal } from './refusals'
import { afterWindow } from './steering'
import { useBuilder } from './Table'

type Audience = components['schemas']['AudienceEnum']
const AUDIENCES: readonly Audience[] = ['everyone', 'new', 'returning']

export function Publish({ onClose, onProblems }: { onClose: () => void; onProblems: () => void }) {
  const { t } = useTranslation('journeys')
  const { t: common } = useTranslation()
  const api = useApi()
  const { desk, standing, problems, labels, show } = useBuilder()
  const words = useProblemText()
  const refusal = useRefusal()
  const [note, setNote] = useState('')
  const publishing = useMutation<unknown, unknown, string>({
    mutationFn: async (said) => {
      const journey = standing.detail.id
      const done = await desk.saver.act((version) => data(api.POST('/api/v1/journeys/{journey}/publish/', { params: { path: { journey } }, body: { version, note: said } })))
      if (done === undefined) throw new Error(t('publish.unsaved'))
      say(t('publish.done', { number: String(done.number) }))
    },
    onSuccess: onClose,
  })
  const { error } = publishing
  const refused = error === null ? null : error instanceof ApiError && error.code === 'invalid_journey' ? t('publish.problems') : refusal(error)
  const wrong = problems.all.filter((problem) => problem.level === 'error')
  const doubtful = problems.all.filter((problem) => problem.level === 'warning')
  const unchanged = isUnchanged(standing)
  const { name, audience, published_number: published } = standing.detail
  return (
    <Dialog title={t('publish.title')} open onClose={onClose} foot={(
      <>
        <Button onPress={onClose}>{common('app.cancel')}</Button>
        <Button look="primary" isDisabled={wrong.length > 0 || unchanged} isPending={publishing.isPending} onPress={() => { publishing.mutate(note) }}>{t('publish.act')}</Button>
      </>
    )}>
      <div className={styles.form}>
        {unchanged ? <p>{t('publish.nothing')}</p> : wrong.length > 0 ? <p>{t('publish.problems')}</p> : (
          <>
            <p>{t(published === null ? 'publish.first' : 'publish.text', { name, audience: t(`list.audience.${audience}`) })}</p>
            <p className={styles.remark}>{t('publish.after')}</p>
          </>
        )}
        {wrong.length + doubtful.length === 0 ? null : (
          <>
            <p className={styles.remark}>{wrong.length > 0 ? t('publish.problemsHint') : t('publish.warnings')}</p>
            <ul className={styles.problems}>
              {(wrong.length > 0 ? wrong : doubtful).slice(0, 8).map((problem, place) => (
                <li key={place} data-level={problem.level}>
                  <button type="button" onClick={() => { onClose(); onProblems(); if (problem.node !== null) afterWindow(() => { if (problem.node !== null) show(problem.node, 'editor', problem.member) }) }}>
                    <CircleAlert aria-hidden /><span><b>{problem.node === null ? t('problems.whole') : labels.title(problem.node)}</b> {words(problem)}</span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
        {wrong.length > 0 || unchanged ? null : <TextField label={t('publish.note')} value={note} onChange={setNote} rows={2} maxLength={500} />}
        {refused === null ? null : <p className={styles.wrong} role="alert">{refused}</p>}
      </div>
    </Dialog>
  )
}

type Given = Pick<Detail, 'name' | 'description' | 'audience' | 'language' | 'position'>

export function Settings({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('journeys')
  const { t: common } = useTranslation()
  const api = useApi()
  const { desk, standing, mayChange } = useBuilder()
  const refusal = useRefusal()
  const { id: journey, name, description, audience, language, position } = standing.detail
  const [given, setGiven] = useState<Given>({ name, description, audience, language, position })
  const saving = useMutation<unknown, unknown, Given>({
    mutationFn: async (body) => {
      const done = await desk.saver.act((version) => data(api.PATCH('/api/v1/journeys/{journey}/', { params: { path: { journey } }, body: { ...body, version } })))
      if (done === undefined) throw new Error(t('publish.unsaved'))
      say(t('settings.saved'))
    },
    onSuccess: onClose,
  })
  const error = saving.error instanceof ApiError ? saving.error : null
  const set = (change: Partial<Given>) => { setGiven({ ...given, ...change }) }
  const wrong = (field: keyof Given) => error?.fields[field]?.[0]
  return (
    <Dialog title={t('settings.title')} open onClose={onClose} foot={(
      <>
        <Button onPress={onClose}>{common('app.cancel')}</Button>
        <Button look="primary" isDisabled={!mayChange || given.name.trim() === ''} isPending={saving.isPending} onPress={() => { saving.mutate(given) }}>{common('app.save')}</Button>
      </>
    )}>
      <fieldset className={styles.form} disabled={!mayChange}>
        <legend className="unseen">{t('settings.title')}</legend>
        <TextField label={t('settings.name')} value={given.name} onChange={(value) => { set({ name: value }) }} maxLength={200} wrong={wrong('name')} />
        <TextField label={t('settings.description')} hint={t('settings.descriptionHint')} value={given.description} onChange={(value) => { set({ description: value }) }} rows={2} maxLength={1000} wrong={wrong('description')} />
        <Choose label={t('settings.audience')} value={given.audience} options={AUDIENCES.map((value) => ({ value, label: t(`list.audience.${value}`) }))} onChange={(value) => { set({ audience: value }) }} />
        <TextField label={t('settings.language')} hint={t('settings.languageHint')} value={given.language} onChange={(value) => { set({ language: value.trim() }) }} wrong={wrong('language')} spellCheck="false" />
        <TextField label={t('settings.position')} hint={t('settings.positionHint')} type="number" value={String(given.position)} onChange={(value) => { set({ position: Math.trunc(Number(value)) || 0 }) }} wrong={wrong('position')} />
        <p className={styles.remark}>{t('settings.note')}</p>
        {saving.error === null || Object.keys(error?.fields ?? {}).length > 0 ? null : <p className={styles.wrong} role="alert">{refusal(saving.error)}</p>}
      </fieldset>
    </Dialog>
  )
}

export function Archive({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('journeys')
  const { act, busy } = useMove()
  return <Confirm title={t('archive.title')} act={t('archive.act')} danger={false} busy={busy} open onClose={onClose} onConfirm={() => { void act('archive').then(onClose) }}>{t('archive.text')}</Confirm>
}

/** Archive or restore, with what is said of it. */
export function useMove() {
  const { t } = useTranslation('journeys')
  const refusal = useRefusal()
  const api = useApi()
  const { desk, standing } = useBuilder()
  const [busy, setBusy] = useState(false)
  const params = { path: { journey: standing.detail.id } }
  const act = async (which: 'archive' | 'restore') => {
    setBusy(true)
    try {
      const done = await desk.saver.act((version) => (which === 'archive' ? data(api.POST('/api/v1/journeys/{journey}/archive/', { params, body: { version } }))
        : data(api.POST('/api/v1/journeys/{journey}/restore/', { params, body: { version } }))))
      if (done === undefined) complain(t('publish.unsaved'))
      else say(t(which === 'archive' ? 'archive.done' : 'archive.restored'))
    } catch (error) {
      complain(refusal(error))
    }
    setBusy(false)
  }
  return { act, busy }
}
