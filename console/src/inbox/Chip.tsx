/** The deadline that comes next, counting down by itself by the server's clock. */
import { useTranslation } from 'react-i18next'

import type { components } from '../api/schema'
import { useClock } from '../app/clock'
import { span } from '../app/time'
import styles from './Chip.module.css'
import { type ClockName, type ClockState, nextDue } from './clocks'

export function Chip({ sla }: { sla: components['schemas']['Sla'] | null }) {
  const { t, i18n } = useTranslation()
  const shown = useClock((now) => {
    const due = nextDue(sla, now)
    if (due === null) return null
    const time = span(due.left, i18n.language)
    const text = due.paused ? t('clock.paused') : due.left < 0 ? t('clock.over', { time }) : t('clock.left', { time })
    return `${due.paused ? 'paused' : due.state} ${due.name} ${text}`
  })
  if (shown === null) return null
  const [state, name, ...words] = shown.split(' ') as [ClockState | 'paused', ClockName, ...string[]]
  return <span className={styles.chip} data-state={state} title={t(`clock.${name}`)}>{words.join(' ')}</span>
}
