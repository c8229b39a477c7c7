/** What stands around the pages for whoever is not signed in. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { LANGUAGES, type Language, speak } from '../../i18n'
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

function Languages() {
  const { i18n } = useTranslation()
  return (
    <footer className={styles.languages}>
      {(Object.entries(LANGUAGES) as [Language, string][]).map(([tag, name]) => (
        <button key={tag} type="button" lang={tag} className={styles.language} aria-pressed={i18n.language === tag} onClick={() => { speak(tag) }}>{name}</button>
      ))}
    </footer>
  )
}
