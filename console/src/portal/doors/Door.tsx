/** What stands around the pages for whoever is not signed in. */
import type { ReactNode } from 'react'

import { Languages } from '../../ui/Languages'
import { useOrganization } from '../addresses'
import { useWords } from '../words'
import styles from './Door.module.css'

export function Door({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useWords()
  const organization = useOrganization()
  return (
    <div className={styles.page}>
      <title>{`${title} · ${organization === '' ? t('portal.name') : organization}`}</title>
      <main className={styles.card}>
        <header>
          <h1 className={styles.title}>{title}</h1>
          {organization === '' ? null : <p className={styles.where}>{t('door.at', { organization })}</p>}
        </header>
        {children}
      </main>
      <Languages />
    </div>
  )
}
