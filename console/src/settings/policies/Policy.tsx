import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'

import { data } from '../../api/client'
import { useApi } from '../../app/session'
import { Checkbox, Switch, TextField } from '../../ui/Field'
import { say } from '../../ui/Toasts'
import { keys, type Schema, useCalendars, usePolicies } from '../asked'
import { Delete } from '../kit/Delete'
import { Gone } from '../kit/Gone'
import { Asked, Editing, Page, Section, Split } from '../kit/Page'
import { useForm } from '../kit/useForm'
import { Deadlines } from './Deadlines'
import { long } from './duration'
import styles from './Policies.module.css'
import { Targets } from './TargetTable'
import { ALWAYS, type Cells, cellsOf, type Clock, countedBy, targetsOf } from './targets'

type Row = Schema['Policy']

interface Draft {
  readonly name: string
  readonly is_default: boolean
  readonly categories: readonly string[]
  readonly levels: string
  readonly cells: Cells
}

const NEW: Row = { id: 'new', name: '', is_default: false, further_levels: [], categories: [], targets: [], version: '', allowed: ['change'] }

export function Policy() {
  const { t } = useTranslation(['settings', 'common'])
  const { id = '' } = useParams()
  const api = useApi()
  const policies = usePolicies()
  const calendars = useCalendars()
  const policy = id === 'new' ? NEW : policies.data?.find((each) => each.id === id)
  return (
    <Page title={policy === NEW ? t('policies.new') : policy?.name ?? t('places.policies')} up={{ to: '/settings/policies', text: t('places.policies') }} wide
      acts={policy?.allowed.includes('delete') === true ? (
        <Delete name={policy.name} stale={keys.policies} to="/settings/policies"
          run={() => data(api.DELETE('/api/v1/sla/policies/{policy}/', { params: { path: { policy: policy.id } } }))}>{t('policies.deleteTold')}</Delete>
      ) : undefined}>
      <Asked query={policies}>{(all) => (
        <Asked query={calendars}>{(known) => policy === undefined ? <Gone /> : <Fields key={policy.id} policy={policy} others={all} calendars={known} />}</Asked>
      )}</Asked>
    </Page>
  )
}

function Fields({ policy, others, calendars }: { policy: Row; others: readonly Row[]; calendars: readonly Schema['Calendar'][] }) {
  const { t, i18n } = useTranslation(['settings', 'common'])
  const api = useApi()
  const cache = useQueryClient()
  const go = useNavigate()
  const fresh = policy.id === 'new'
  const [chosen, setChosen] = useState<Partial<Record<Clock, string>>>({})
  const form = useForm<Row, Draft>({
    name: `policy/${policy.id}`, saved: policy,
    draftOf: (row) => ({
      name: row.name, is_default: row.is_default ?? false, categories: [...(row.categories ?? [])].sort(), levels: (row.further_levels ?? []).join(', '),
      cells: cellsOf(row.targets ?? []),
    }),
    write: (draft, base) => {
      const body = {
        name: draft.name, is_default: draft.is_default, categories: [...draft.categories], targets: targetsOf(draft.cells),
        further_levels: draft.levels.split(/[\s,;]+/u).filter((level) => level !== '').map(Number),
      }
      return fresh ? data(api.POST('/api/v1/sla/policies/', { body }))
        : data(api.PATCH('/api/v1/sla/policies/{policy}/', { params: { path: { policy: policy.id } }, body: { ...body, version: base.version } }))
    },
    onSaved: async (row) => {
      say(t('policies.saved'))
      cache.setQueryData<Row[]>(keys.policies, (rows) => fresh ? [...(rows ?? []), row] : rows?.map((each) => (each.id === row.id ? row : each)))
      if (fresh) await go(`/settings/policies/${row.id}`, { replace: true })
      await Promise.all([keys.policies, keys.calendars, keys.categories].map((queryKey) => cache.invalidateQueries({ queryKey })))
    },
  })
  const { draft, set, wrong } = form
  const readOnly = !policy.allowed.includes('change')
  const default_ = others.find((other) => other.is_default === true && other.id !== policy.id)
  const promised = (targets: readonly Schema['TargetFields'][]) => targets.map(({ clock, priority, seconds, calendar }) =>
    `${t(`common:clock.${clock}`)}, ${t(`common:priority.${priority}`)}: ${long(seconds, i18n.language, typeof calendar === 'string')}`).sort().join('; ')
  return (
    <Split beside="wide">
      <Editing form={form} readOnly={readOnly} act={fresh ? t('policies.make') : undefined} differences={(theirs) => [
        { name: t('policies.name'), mine: draft.name, theirs: theirs.name },
        { name: t('policies.default'), mine: t(`yes.${draft.is_default}`), theirs: t(`yes.${theirs.is_default ?? false}`) },
        { name: t('policies.categories'), mine: draft.categories.join(', '), theirs: (theirs.categories ?? []).join(', ') },
        { name: t('policies.levels'), mine: draft.levels, theirs: (theirs.further_levels ?? []).join(', ') },
        { name: t('policies.targets'), mine: promised(targetsOf(draft.cells)), theirs: promised(theirs.targets ?? []) },
      ]}>
        <TextField label={t('policies.name')} value={draft.name} wrong={wrong('name')} isRequired maxLength={100} autoFocus={fresh}
          onChange={(name) => { set({ name }) }} />
        <Switch isSelected={draft.is_default} isDisabled={readOnly} onChange={(yes) => { set({ is_default: yes }) }}
          hint={default_ === undefined ? t('policies.defaultTold') : t('policies.defaultInstead', { name: default_.name })}>{t('policies.default')}</Switch>
        <Targets cells={draft.cells} calendars={calendars} chosen={chosen} wrong={wrong('targets')} isDisabled={readOnly}
          onChange={(cells) => { set({ cells }) }}
          onChoose={(clock, calendar) => {
            setChosen({ ...chosen, [clock]: calendar })
            set({ cells: countedBy(draft.cells, clock, calendar === ALWAYS ? null : calendar) })
          }} />
        <Categories policy={policy} chosen={draft.categories} wrong={wrong('categories')} isDisabled={readOnly} onChange={(categories) => { set({ categories }) }} />
        <TextField label={t('policies.levels')} hint={t('policies.levelsTold')} value={draft.levels} wrong={wrong('further_levels')} inputMode="numeric"
          onChange={(levels) => { set({ levels }) }} />
      </Editing>
      <Section title={t('preview.title')} lead={t('preview.policyTold')}><Deadlines targets={targetsOf(draft.cells)} /></Section>
    </Split>
  )
}

function Categories({ policy, chosen, wrong, isDisabled, onChange }:
{ policy: Row; chosen: readonly string[]; wrong: string | undefined; isDisabled: boolean; onChange: (slugs: readonly string[]) => void }) {
  const { t } = useTranslation(['settings', 'common'])
  const api = useApi()
  const query = useQuery({ queryKey: keys.categories, queryFn: () => data(api.GET('/api/v1/categories/')) })
  const policies = usePolicies()
  if (query.data?.length === 0) return null
  const named = (id: string | null) => policies.data?.find((each) => each.id === id)?.name
  return (
    <fieldset className={styles.categories} disabled={isDisabled}>
      <legend>{t('policies.categories')}</legend>
      <p className={styles.told}>{t('policies.categoriesTold')}</p>
      <Asked query={query}>{(categories) => (
        <div className={styles.boxes}>
          {categories.map(({ slug, name, policy: has }) => (
            <Checkbox key={slug} isSelected={chosen.includes(slug)} isDisabled={isDisabled}
              onChange={(yes) => { onChange([...chosen.filter((each) => each !== slug), ...(yes ? [slug] : [])].sort()) }}
              {...(has === null || has === policy.id ? {} : { hint: t('policies.hasOther', { name: named(has) ?? '' }) })}>{name}</Checkbox>
          ))}
        </div>
      )}</Asked>
      {wrong === undefined ? null : <p className={styles.wrong} role="alert">{wrong}</p>}
    </fieldset>
  )
}
