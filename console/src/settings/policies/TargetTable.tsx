import { useTranslation } from 'react-i18next'

import { Choose, TextField } from '../../ui/Field'
import type { Schema } from '../asked'
import { unitsOf } from './duration'
import styles from './Policies.module.css'
import { ALWAYS, at, calendarOf, type Cell, type Cells, type Clock, CLOCKS, MIXED, PRIORITIES } from './targets'

export function Targets({ cells, calendars, chosen, wrong, isDisabled, onChange, onChoose }: {
  cells: Cells
  calendars: readonly Schema['Calendar'][]
  /** By which calendar a clock counts whose table is still empty. */
  chosen: Readonly<Partial<Record<Clock, string>>>
  wrong: string | undefined
  isDisabled: boolean
  onChange: (cells: Cells) => void
  onChoose: (clock: Clock, calendar: string) => void
}) {
  const { t } = useTranslation(['settings', 'common'])
  const counted = (clock: Clock) => {
    const found = calendarOf(cells, clock)
    return found === ALWAYS ? chosen[clock] ?? ALWAYS : found
  }
  const put = (clock: Clock, key: string, changes: Partial<Cell>) => {
    const by = counted(clock)
    const fresh: Cell = { amount: '', unit: 'hour', calendar: by === ALWAYS || by === MIXED ? null : by }
    onChange({ ...cells, [key]: { ...(cells[key] ?? fresh), ...changes } })
  }
  return (
    <fieldset className={styles.targets} disabled={isDisabled}>
      <legend>{t('policies.targets')}</legend>
      <p className={styles.told}>{t('policies.targetsTold')}</p>
      <div className={styles.frame}>
        <table>
          <thead>
            <tr>
              <td />
              {CLOCKS.map((clock) => (
                <th key={clock} scope="col">
                  <span>{t(`common:clock.${clock}`)}</span>
                  <Choose unlabelled label={t('policies.countsBy', { clock: t(`common:clock.${clock}`) })} value={counted(clock)} isDisabled={isDisabled}
                    onChange={(calendar) => { if (calendar !== MIXED) onChoose(clock, calendar) }}
                    options={[{ value: ALWAYS, label: t('policies.always') }, ...calendars.map(({ id, name }) => ({ value: id, label: name })),
                      ...(counted(clock) === MIXED ? [{ value: MIXED, label: t('policies.mixed') }] : [])]} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {PRIORITIES.map((priority) => (
              <tr key={priority}>
                <th scope="row">{t(`common:priority.${priority}`)}</th>
                {CLOCKS.map((clock) => {
                  const key = at(clock, priority)
                  const cell = cells[key]
                  const open = cell === undefined ? counted(clock) !== ALWAYS : cell.calendar !== null
                  const name = `${t(`common:clock.${clock}`)}, ${t(`common:priority.${priority}`)}`
                  return (
                    <td key={clock}>
                      <div className={styles.cell}>
                        <TextField unlabelled label={name} inputMode="decimal" placeholder="–" value={cell?.amount ?? ''} isDisabled={isDisabled}
                          onChange={(amount) => { put(clock, key, { amount }) }} />
                        <Choose unlabelled label={t('policies.unitOf', { name })} value={cell?.unit ?? 'hour'} isDisabled={isDisabled}
                          onChange={(unit) => { put(clock, key, { unit }) }} options={unitsOf(open).map((unit) => ({ value: unit, label: t(`policies.units.${unit}`) }))} />
                      </div>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {wrong === undefined ? null : <p className={styles.wrong} role="alert">{wrong}</p>}
    </fieldset>
  )
}
