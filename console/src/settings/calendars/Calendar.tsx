import { useQueryClient } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'

import { data } from '../../api/client'
import { useApi } from '../../app/session'
import { Button, IconButton } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import { say } from '../../ui/Toasts'
import { keys, type Schema, useCalendars } from '../asked'
import { Delete } from '../kit/Delete'
import { Gone } from '../kit/Gone'
import { usualZone, zones } from '../kit/moments'
import { Asked, Editing, Page, Section, Split } from '../kit/Page'
import { useForm } from '../kit/useForm'
import { written } from '../shifts/week'
import styles from './Calendar.module.css'
import { Reach } from './Reach'
import { type Hours, OFFICE, Week } from './Week'

type Row = Schema['Calendar']
type Holiday = Schema['OwnHoliday']

export interface Draft {
  readonly name: string
  readonly time_zone: string
  readonly hours: readonly Hours[]
  readonly holidays: readonly { readonly date: string; readonly name: string }[]
  readonly country: string
  readonly subdivision: string
}

export function Calendar() {
  const { t } = useTranslation('settings')
  const { id = '' } = useParams()
  const api = useApi()
  const calendars = useCalendars()
  const fresh: Row = { id: 'new', name: '', time_zone: usualZone((calendars.data ?? []).map((each) => each.time_zone)), hours: OFFICE, holidays: [], country: '', subdivision: '', policies: [], version: '', allowed: ['change'] }
  const calendar = id === 'new' ? fresh : calendars.data?.find((each) => each.id === id)
  return (
    <Page title={id === 'new' ? t('calendars.new') : calendar?.name ?? t('places.calendars')} up={{ to: '/settings/calendars', text: t('places.calendars') }} wide
      lead={calendar === undefined || calendar.policies.length === 0 ? undefined : t('calendars.usedBy', { names: calendar.policies.join(', ') })}
      acts={calendar?.allowed.includes('delete') === true ? (
        <Delete name={calendar.name} stale={keys.calendars} to="/settings/calendars"
          run={() => data(api.DELETE('/api/v1/sla/calendars/{calendar}/', { params: { path: { calendar: calendar.id } } }))}>{t('calendars.deleteTold')}</Delete>
      ) : undefined}>
      <Asked query={calendars}>{() => calendar === undefined ? <Gone /> : <Fields key={calendar.id} calendar={calendar} />}</Asked>
    </Page>
  )
}

function Fields({ calendar }: { calendar: Row }) {
  const { t, i18n } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const go = useNavigate()
  const fresh = calendar.id === 'new'
  const form = useForm<Row, Draft>({
    name: `calendar/${calendar.id}`, saved: calendar,
    draftOf: ({ name, time_zone, hours, holidays, country, subdivision }) => ({
      name, time_zone, hours, holidays: (holidays ?? []).map(({ date, name: said }: Holiday) => ({ date, name: said ?? '' })),
      country: country ?? '', subdivision: subdivision ?? '',
    }),
    write: (draft, base) => {
      const body = { ...draft, hours: [...draft.hours], holidays: draft.holidays.filter(({ date }) => date !== '') }
      return fresh ? data(api.POST('/api/v1/sla/calendars/', { body }))
        : data(api.PATCH('/api/v1/sla/calendars/{calendar}/', { params: { path: { calendar: calendar.id } }, body: { ...body, version: base.version } }))
    },
    onSaved: async (row) => {
      say(t('form.saved'))
      cache.setQueryData<Row[]>(keys.calendars, (rows) => fresh ? [...(rows ?? []), row] : rows?.map((each) => (each.id === row.id ? row : each)))
      if (fresh) await go(`/settings/calendars/${row.id}`, { replace: true })
      await cache.invalidateQueries({ queryKey: keys.calendars })
    },
  })
  const { draft, set, wrong } = form
  const week = (hours: readonly Hours[]) => written(hours.map(({ weekday, opens, closes }) => ({ weekday, from: opens, to: closes })), i18n.language)
  const days = (holidays: readonly Holiday[]) => holidays.map(({ date, name }) => `${date} ${name ?? ''}`.trim()).join(', ')
  const readOnly = !calendar.allowed.includes('change')
  return (
    <Split beside="narrow">
      <Editing form={form} readOnly={readOnly} act={fresh ? t('calendars.make') : undefined} always={fresh} differences={(theirs) => [
        { name: t('calendars.name'), mine: draft.name, theirs: theirs.name },
        { name: t('zone'), mine: draft.time_zone, theirs: theirs.time_zone },
        { name: t('calendars.hours'), mine: week(draft.hours), theirs: week(theirs.hours) },
        { name: t('calendars.country'), mine: `${draft.country} ${draft.subdivision}`, theirs: `${theirs.country ?? ''} ${theirs.subdivision ?? ''}` },
        { name: t('calendars.holidays'), mine: days(draft.holidays), theirs: days(theirs.holidays ?? []) },
      ]}>
        <div className={styles.pair}>
          <TextField label={t('calendars.name')} value={draft.name} wrong={wrong('name')} isRequired maxLength={100} autoFocus={fresh}
            onChange={(name) => { set({ name }) }} />
          <TextField label={t('zone')} exact value={draft.time_zone} wrong={wrong('time_zone')} isRequired suggestions={zones()}
            onChange={(time_zone) => { set({ time_zone }) }} />
        </div>
        <Week hours={draft.hours} wrong={wrong('hours')} isDisabled={readOnly} onChange={(hours) => { set({ hours }) }} />
        <div className={styles.pair}>
          <TextField label={t('calendars.country')} hint={t('calendars.countryTold')} exact value={draft.country} wrong={wrong('country')} maxLength={2}
            onChange={(country) => { set({ country: country.toUpperCase() }) }} />
          <TextField label={t('calendars.subdivision')} hint={t('calendars.subdivisionTold')} exact value={draft.subdivision} wrong={wrong('subdivision')} maxLength={10}
            onChange={(subdivision) => { set({ subdivision: subdivision.toUpperCase() }) }} />
        </div>
        <fieldset className={styles.holidays} disabled={readOnly}>
          <legend>{t('calendars.holidays')}</legend>
          {draft.holidays.map((holiday, place) => {
            const put = (changes: Partial<typeof holiday>) => { set({ holidays: draft.holidays.map((each, at) => (at === place ? { ...each, ...changes } : each)) }) }
            return (
              <div key={place} className={styles.holiday} role="group" aria-label={holiday.name === '' ? holiday.date : holiday.name}>
                <TextField label={t('calendars.date')} unlabelled={place > 0} type="date" value={holiday.date} isRequired onChange={(date) => { put({ date }) }} />
                <TextField label={t('calendars.called')} unlabelled={place > 0} value={holiday.name} maxLength={100} onChange={(name) => { put({ name }) }} />
                <IconButton label={t('calendars.removeHoliday')} isDisabled={readOnly}
                  onPress={() => { set({ holidays: draft.holidays.filter((_, at) => at !== place) }) }}><Trash2 aria-hidden /></IconButton>
              </div>
            )
          })}
          {wrong('holidays') === undefined ? null : <p className={styles.wrong} role="alert">{wrong('holidays')}</p>}
          {readOnly ? null : (
            <span><Button small icon={<Plus aria-hidden />} onPress={() => { set({ holidays: [...draft.holidays, { date: '', name: '' }] }) }}>{t('calendars.addHoliday')}</Button></span>
          )}
        </fieldset>
      </Editing>
      <Section title={t('preview.title')} lead={t('preview.calendarTold')}><Reach draft={draft} /></Section>
    </Split>
  )
}
