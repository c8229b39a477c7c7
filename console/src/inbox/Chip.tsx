/** The deadline that comes next, counting down by itself. */
import { useTranslation } from 'react-i18next'

import type { components } from '../api/schema'
import { span } from '../app/time'
import styles from './Chip.module.css'
import { nextDue } from './clocks'

export function Chip({ sla, now }: { sla: components['schemas']['Sla'] | null; now: number }) {
  const { t, i18n } = useTranslation()
  const due = nextDue(sla, now)
  if (due === null) return null
  const time = span(due.left, i18n.language)
  const text = due.paused ? t('clock.paused') : due.left < 0 ? t('clock.over', { time }) : t('clock.left', { time })
  return <span className={styles.chip} data-state={due.state} title={t(`clock.${due.name}`)}>{text}</span>
}
