/** The usual page: a column that one reads, with a title. `Whole` takes all of a phone and has its own way back. */
import { ArrowLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'

import { useOrganization } from './addresses'
import styles from './Page.module.css'
import { useWords } from './words'

export function Page({ title, children }: { title: string; children: ReactNode }) {
  const organization = useOrganization()
  return (
    <main className={styles.page}>
      <title>{`${title} · ${organization}`}</title>
      <div className={styles.column}>
        <h1 className={styles.title}>{title}</h1>
        {children}
      </div>
    </main>
  )
}

export function Head({ title, back, backTo, children }: { title: string; back: string; backTo?: string; children?: ReactNode }) {
  const { t } = useWords()
  const organization = useOrganization()
  return (
    <header className={styles.head}>
      <title>{`${title} · ${organization}`}</title>
      <Link to={back} className={styles.back ?? ''} aria-label={backTo ?? t('nav.back')}><ArrowLeft aria-hidden /></Link>
      {children}
    </header>
  )
}
