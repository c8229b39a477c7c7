import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { useApi } from '../app/session'
import { date } from './kit/moments'
import { Confirm } from '../ui/Dialog'
import { Switch, TextField } from '../ui/Field'
import { say } from '../ui/Toasts'
import { keys, type Schema } from './asked'
import { Asked, Editing, Fact, Facts, Page } from './kit/Page'
import { useForm } from './kit/useForm'

type House = Schema['OrganizationSettings']

export function Organization() {
  const { t } = useTranslation('settings')
  const api = useApi()
  const query = useQuery({ queryKey: keys.organization, queryFn: () => data(api.GET('/api/v1/organization/')) })
  return (
    <Page title={t('places.organization')} lead={t('told.organization')}>
      <Asked query={query}>{(house) => <Fields house={house} />}</Asked>
    </Page>
  )
}

function Fields({ house }: { house: House }) {
  const { t, i18n } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const [asking, setAsking] = useState(false)
  const form = useForm({
    name: 'organization', saved: house,
    draftOf: ({ name, requires_confirmed_email, requires_second_factor }) => ({ name, requires_confirmed_email, requires_second_factor }),
    write: (draft, base) => data(api.PATCH('/api/v1/organization/', { body: { ...draft, version: base.version } })),
    onSaved: (row) => {
      cache.setQueryData(keys.organization, row)
      say(t('form.saved'))
    },
  })
  const { draft, set, wrong } = form
  const demands = draft.requires_second_factor && !house.requires_second_factor
  return (
    <>
      <Facts>
        <Fact name={t('organization.slug')}><code>{house.slug}</code></Fact>
        <Fact name={t('organization.since')}>{date(house.created_at, i18n.language)}</Fact>
      </Facts>
      <Editing form={{ ...form, save: () => { if (demands) setAsking(true); else form.save() } }} readOnly={!house.allowed.includes('change')}
        differences={(theirs) => [
          { name: t('organization.name'), mine: draft.name, theirs: theirs.name },
          { name: t('organization.confirmed'), mine: t(`yes.${draft.requires_confirmed_email}`), theirs: t(`yes.${theirs.requires_confirmed_email}`) },
          { name: t('organization.factor'), mine: t(`yes.${draft.requires_second_factor}`), theirs: t(`yes.${theirs.requires_second_factor}`) },
        ]}>
        <TextField label={t('organization.name')} value={draft.name} wrong={wrong('name')} onChange={(name) => { set({ name }) }} isRequired maxLength={200} />
        <Switch isSelected={draft.requires_confirmed_email} onChange={(yes) => { set({ requires_confirmed_email: yes }) }}
          hint={t('organization.confirmedTold')}>{t('organization.confirmed')}</Switch>
        <Switch isSelected={draft.requires_second_factor} onChange={(yes) => { set({ requires_second_factor: yes }) }}
          hint={t('organization.factorTold')}>{t('organization.factor')}</Switch>
      </Editing>
      <Confirm title={t('organization.demand')} act={t('organization.demandAct')} open={asking} onClose={() => { setAsking(false) }}
        onConfirm={() => { setAsking(false); form.save() }}>{t('organization.demandTold')}</Confirm>
    </>
  )
}
