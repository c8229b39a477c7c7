/** The languages, each by its own name, for whoever is not signed in yet. */
import { useTranslation } from 'react-i18next'

import { LANGUAGES, type Language, speak } from '../i18n'
import styles from './Languages.module.css'

export function Languages() {
  const { i18n } = useTranslation()
  return (
    <footer className={styles.languages}>
      {(Object.entries(LANGUAGES) as [Language, string][]).map(([tag, name]) => (
        <button key={tag} type="button" lang={tag} className={styles.language} aria-pressed={i18n.language === tag} onClick={() => { speak(tag) }}>{name}</button>
      ))}
    </footer>
  )
}
