/** The page where one enters: the password, then the second factor where there is one, or its set-up where it is demanded. */
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { keys } from '../../api/keys'
import { Languages } from '../../ui/Languages'
import { Entering } from './Entering'
import styles from './SignIn.module.css'

const KEPT = 'organization'

export function SignIn() {
  const { t } = useTranslation()
  const cache = useQueryClient()
  return (
    <main className={styles.page}>
      <title>{`${t('signIn.title')} · ${t('app.name')}`}</title>
      <section className={styles.card}>
        <h1 className={styles.title}>{t('app.name')}</h1>
        <Entering organization={localStorage.getItem(KEPT) ?? ''}
          onEntered={(organization) => {
            localStorage.setItem(KEPT, organization)
            void cache.resetQueries({ queryKey: keys.me })
          }} />
        <a className={styles.forgotten} href="/account/forgotten/">{t('signIn.forgotten')}</a>
      </section>
      <Languages />
    </main>
  )
}
