/** What is promised: running clocks count down by themselves, those that ended say how. */
import { useTranslation } from 'react-i18next'

import type { components } from '../api/schema'
import { useNow } from '../app/clock'
import { moment, whole } from '../app/time'
import { CLOCKS, standings } from '../inbox/clocks'
import styles from './Deadlines.module.css'
import { left } from './left'

export function Deadlines({ sla }: { sla: components['schemas']['Sla'] | null }) {
  const { t, i18n } = useTranslation(['ticket', 'common'])
  const now = useNow(1_000)
  const running = standings(sla, now)
  const ended = sla === null ? [] : CLOCKS.flatMap((name) => {
    const clock = sla[name]
    return clock?.stopped_at == null ? [] : [{ name, at: clock.stopped_at, kept: Date.parse(clock.stopped_at) <= Date.parse(clock.due_at) }]
  })
  if (running.length + ended.length === 0) return <p className={styles.none}>{t('deadlines.none')}</p>
  return (
    <ul className={styles.clocks}>
      {running.map(({ name, state, left: rest, paused }) => {
        const due = paused ? null : now + rest
        return (
          <li key={name} data-state={state} data-paused={paused}>
            <span>{t(`common:clock.${name}`)}</span>
            <b role="timer" aria-live="off">{paused ? t('deadlines.paused') : t(rest < 0 ? 'deadlines.over' : 'deadlines.left', { time: left(rest, i18n.language) })}</b>
            {due === null ? null : <small title={whole(new Date(due).toISOString(), i18n.language)}>{t('deadlines.due', { time: moment(due, i18n.language) })}</small>}
          </li>
        )
      })}
      {ended.map(({ name, at, kept }) => (
        <li key={name} data-ended data-state={kept ? 'ok' : 'breached'}>
          <span>{t(`common:clock.${name}`)}</span>
          <small title={whole(at, i18n.language)}>{t(kept ? 'deadlines.met' : 'deadlines.missed', { time: moment(at, i18n.language) })}</small>
        </li>
      ))}
    </ul>
  )
}
