/** What is shown while something is not there: loading, empty, failed. */
import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import styles from './States.module.css'

export function Loading({ whole = false }: { whole?: boolean }) {
  const { t } = useTranslation()
  return (
    <div className={whole ? styles.whole : styles.part} role="status">
      <span className={styles.dots} aria-hidden="true"><i /><i /><i /></span>
      <span className="unseen">{t('app.loading')}</span>
    </div>
  )
}

export function Empty({ text, hint, icon, children }: { text: string; hint?: string; icon?: ReactNode; children?: ReactNode }) {
  return (
    <div className={styles.part}>
      {icon}
      <p>{text}</p>
      {hint === undefined ? null : <p className={styles.hint}>{hint}</p>}
      {children}
    </div>
  )
}

export function Failure({ text, again, whole = false }: { text: string; again?: () => void; whole?: boolean }) {
  const { t } = useTranslation()
  return (
    <div className={whole ? styles.whole : styles.part} role="alert">
      <p>{text}</p>
      {again === undefined ? null : <Button className={styles.again ?? ''} onPress={again}>{t('app.retry')}</Button>}
    </div>
  )
}
