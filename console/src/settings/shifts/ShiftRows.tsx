/** Working hours as rows: a weekday, from, to, and the zone that they are meant in. */
import { Plus, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Button, IconButton } from '../../ui/Button'
import { Choose, TextField } from '../../ui/Field'
import { ownZone, weekday, WEEKDAYS, zones } from '../kit/moments'
import styles from './Shifts.module.css'
import type { Shift } from './week'

const OFFICE = { starts: '09:00', ends: '17:00' }

export function ShiftRows({ shifts, wrong, isDisabled, onChange }:
{ shifts: readonly Shift[]; wrong: string | undefined; isDisabled: boolean; onChange: (shifts: readonly Shift[]) => void }) {
  const { t, i18n } = useTranslation('settings')
  const zone = shifts.at(-1)?.time_zone ?? ownZone()
  const put = (place: number, changes: Partial<Shift>) => { onChange(shifts.map((shift, at) => (at === place ? { ...shift, ...changes } : shift))) }
  const next = () => {
    const last = shifts.at(-1)
    return { weekday: last === undefined ? 0 : Math.min(6, last.weekday + 1), starts: last?.starts ?? OFFICE.starts, ends: last?.ends ?? OFFICE.ends, time_zone: zone }
  }
  return (
    <fieldset className={styles.shifts} disabled={isDisabled}>
      <legend>{t('places.shifts')}</legend>
      <p className={styles.told}>{t(shifts.length === 0 ? 'shifts.alwaysTold' : 'shifts.nightTold')}</p>
      {shifts.map((shift, place) => (
        <div key={place} className={styles.row} role="group" aria-label={t('shifts.nth', { number: String(place + 1) })}>
          <Choose label={t('shifts.day')} unlabelled={place > 0} value={String(shift.weekday)} onChange={(day) => { put(place, { weekday: Number(day) }) }}
            options={WEEKDAYS.map((day) => ({ value: String(day), label: weekday(day, i18n.language) }))} />
          <TextField label={t('shifts.from')} unlabelled={place > 0} type="time" value={shift.starts} isRequired onChange={(starts) => { put(place, { starts }) }} />
          <TextField label={t('shifts.to')} unlabelled={place > 0} type="time" value={shift.ends} isRequired onChange={(ends) => { put(place, { ends }) }} />
          <TextField label={t('zone')} unlabelled={place > 0} exact value={shift.time_zone} isRequired suggestions={zones()}
            onChange={(time_zone) => { put(place, { time_zone }) }} />
          <IconButton label={t('shifts.remove')} isDisabled={isDisabled} onPress={() => { onChange(shifts.filter((_, at) => at !== place)) }}><Trash2 aria-hidden /></IconButton>
        </div>
      ))}
      {wrong === undefined ? null : <p className={styles.wrong} role="alert">{wrong}</p>}
      {isDisabled ? null : (
        <div className={styles.acts}>
          <Button small icon={<Plus aria-hidden />} onPress={() => { onChange([...shifts, next()]) }}>{t('shifts.add')}</Button>
          {shifts.length === 0 ? (
            <Button small onPress={() => { onChange([0, 1, 2, 3, 4].map((day) => ({ weekday: day, ...OFFICE, time_zone: zone }))) }}>{t('shifts.office')}</Button>
          ) : null}
        </div>
      )}
    </fieldset>
  )
}
