/** The opening hours of a week: for each day none, one or several. */
import { Copy, Plus, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '../../ui/Button'
import { Switch, TextField } from '../../ui/Field'
import { weekday, WEEKDAYS } from '../kit/moments'
import styles from './Calendar.module.css'

export interface Hours {
  weekday: number
  opens: string
  closes: string
}

export const OFFICE: Hours[] = [0, 1, 2, 3, 4].map((day) => ({ weekday: day, opens: '09:00', closes: '17:00' }))

export function Week({ hours, wrong, isDisabled, onChange }:
{ hours: readonly Hours[]; wrong: string | undefined; isDisabled: boolean; onChange: (hours: readonly Hours[]) => void }) {
  const { t, i18n } = useTranslation('settings')
  const of = (day: number) => hours.filter((each) => each.weekday === day)
  const put = (day: number, its: readonly Hours[]) => { onChange(WEEKDAYS.flatMap((each) => (each === day ? its : of(each)))) }
  return (
    <fieldset className={styles.week} disabled={isDisabled}>
      <legend>{t('calendars.hours')}</legend>
      <p className={styles.told}>{t('calendars.hoursTold')}</p>
      {WEEKDAYS.map((day) => {
        const its = of(day)
        const name = weekday(day, i18n.language)
        const before = day === 0 ? [] : of(day - 1)
        return (
          <div key={day} className={styles.day} role="group" aria-label={name}>
            <Switch isSelected={its.length > 0} isDisabled={isDisabled}
              onChange={(open) => { put(day, open ? (before.length > 0 ? before : OFFICE.slice(0, 1)).map((each) => ({ ...each, weekday: day })) : []) }}>{name}</Switch>
            <div className={styles.spans}>
              {its.length === 0 ? <span className={styles.told}>{t('calendars.closed')}</span> : null}
              {its.map((span, place) => {
                const set = (changes: Partial<Hours>) => { put(day, its.map((each, at) => (at === place ? { ...each, ...changes } : each))) }
                return (
                  <span key={place} className={styles.span}>
                    <TextField unlabelled label={t('calendars.opens', { day: name })} type="time" value={span.opens} isRequired onChange={(opens) => { set({ opens }) }} />
                    <span aria-hidden="true">–</span>
                    <TextField unlabelled label={t('calendars.closes', { day: name })} type="time" value={span.closes} isRequired onChange={(closes) => { set({ closes }) }} />
                    {its.length > 1 && !isDisabled ? (
                      <IconButton small label={t('calendars.removeSpan')} onPress={() => { put(day, its.filter((_, at) => at !== place)) }}><X aria-hidden /></IconButton>
                    ) : null}
                  </span>
                )
              })}
            </div>
            {its.length === 0 || isDisabled ? null : (
              <span className={styles.dayActs}>
                <IconButton small label={t('calendars.addSpan', { day: name })}
                  onPress={() => { put(day, [...its, { weekday: day, opens: its.at(-1)?.closes ?? '13:00', closes: '18:00' }]) }}><Plus aria-hidden /></IconButton>
                {day < 6 ? (
                  <IconButton small label={t('calendars.copyDay', { day: name })}
                    onPress={() => { onChange(WEEKDAYS.flatMap((each) => (each > day && each < 5 ? its.map((span) => ({ ...span, weekday: each })) : of(each)))) }}><Copy aria-hidden /></IconButton>
                ) : null}
              </span>
            )}
          </div>
        )
      })}
      {wrong === undefined ? null : <p className={styles.wrong} role="alert">{wrong}</p>}
    </fieldset>
  )
}
