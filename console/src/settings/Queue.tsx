import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { useApi } from '../app/session'
import { Switch, TextField } from '../ui/Field'
import { say } from '../ui/Toasts'
import { keys, type Schema } from './asked'
import { Asked, Editing, Page } from './kit/Page'
import { useForm } from './kit/useForm'

type Settings = Schema['QueueSettings']

export function Queue() {
  const { t } = useTranslation('settings')
  const api = useApi()
  const query = useQuery({ queryKey: keys.queue, queryFn: () => data(api.GET('/api/v1/queue/settings/')) })
  return (
    <Page title={t('places.queue')} lead={t('told.queue')}>
      <Asked query={query}>{(settings) => <Fields settings={settings} />}</Asked>
    </Page>
  )
}

function Fields({ settings }: { settings: Settings }) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const form = useForm({
    name: 'queue', saved: settings,
    draftOf: (row: Settings) => ({ prefix: row.number_prefix, assigns: row.assigns_automatically, minutes: String(row.grace_seconds / 60) }),
    write: (draft, base) => data(api.PATCH('/api/v1/queue/settings/', { body: {
      version: base.version, assigns_automatically: draft.assigns, grace_seconds: Math.round(Number(draft.minutes.replace(',', '.')) * 60),
      ...(draft.prefix === base.number_prefix ? {} : { number_prefix: draft.prefix }),
    } })),
    onSaved: (row) => {
      cache.setQueryData(keys.queue, row)
      say(t('form.saved'))
    },
  })
  const { draft, set, wrong } = form
  return (
    <Editing form={form} readOnly={!settings.allowed.includes('change')} differences={(theirs) => [
      { name: t('queue.prefix'), mine: draft.prefix, theirs: theirs.number_prefix },
      { name: t('queue.assigns'), mine: t(`yes.${draft.assigns}`), theirs: t(`yes.${theirs.assigns_automatically}`) },
      { name: t('queue.grace'), mine: draft.minutes, theirs: String(theirs.grace_seconds / 60) },
    ]}>
      <Switch isSelected={draft.assigns} onChange={(assigns) => { set({ assigns }) }} hint={t('queue.assignsTold')}>{t('queue.assigns')}</Switch>
      <TextField label={t('queue.grace')} hint={t('queue.graceTold')} type="number" value={draft.minutes} wrong={wrong('grace_seconds')}
        onChange={(minutes) => { set({ minutes }) }} isRequired inputMode="decimal" />
      <TextField label={t('queue.prefix')} exact value={draft.prefix} wrong={wrong('number_prefix')} maxLength={10}
        hint={t('queue.prefixTold', { number: `${draft.prefix}-${String(settings.next_number)}` })} onChange={(prefix) => { set({ prefix }) }} />
    </Editing>
  )
}
