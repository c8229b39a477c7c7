/** The views on the left, each with how many tickets it has. */
import { useQuery } from '@tanstack/react-query'
import { Archive, CheckCheck, Hourglass, Inbox, type LucideIcon, Siren, Tag, UserRound, UserRoundX, Wrench } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { keys } from '../api/keys'
import { useApi } from '../app/session'
import { type Counted, type Counts, countOf, FIXED, type Fixed, isFixed, OVER, partsOf, type View, written } from './views'
import styles from './Views.module.css'

const ICONS: Record<Fixed, LucideIcon> = {
  mine: UserRound, unassigned: UserRoundX, open: Inbox, pending: Hourglass, breached: Siren, resolved: CheckCheck, closed: Archive,
}

export function useCounts(): Counts | undefined {
  const api = useApi()
  return useQuery({ queryKey: keys.counts, queryFn: () => data(api.GET('/api/v1/tickets/counts/')) }).data
}

/** What a view is called. */
export function useNameOf(): (view: View) => string {
  const { t } = useTranslation()
  const skills = useCounts()?.skills
  return (view) => {
    if (isFixed(view)) return t(`views.${view}`)
    const [kind, value] = partsOf(view)
    return kind === 'tag' ? value : (skills?.find((skill) => skill.id === value)?.name ?? t('views.skill'))
  }
}

export function Views({ view, onView }: { view: View; onView: (view: View) => void }) {
  const { t } = useTranslation()
  const counts = useCounts()
  const offer = (name: View, text: string, icon: ReactNode, loud = false) => (
    <Offer key={name} text={text} icon={icon} counted={countOf(name, counts)} loud={loud} chosen={name === view} onChoose={() => { onView(name) }} />
  )
  const fixed = (name: Fixed) => {
    const Icon = ICONS[name]
    return offer(name, t(`views.${name}`), <Icon aria-hidden />, name === 'breached')
  }
  return (
    <nav className={styles.views} aria-label={t('views.label')}>
      <ul>{FIXED.map(fixed)}</ul>
      {counts === undefined || counts.skills.length === 0 ? null : (
        <Section title={t('views.skills')}>{counts.skills.map(({ id, name }) => offer(`skill:${id}`, name, <Wrench aria-hidden />))}</Section>
      )}
      {counts === undefined || counts.tags.length === 0 ? null : (
        <Section title={t('views.tags')}>{counts.tags.map(({ name }) => offer(`tag:${name}`, name, <Tag aria-hidden />))}</Section>
      )}
      <Section title={t('views.over')}>{OVER.map(fixed)}</Section>
    </nav>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return <details className={styles.section} open><summary>{title}</summary><ul>{children}</ul></details>
}

function Offer({ text, icon, counted, loud, chosen, onChoose }:
{ text: string; icon: ReactNode; counted: Counted | undefined; loud: boolean; chosen: boolean; onChoose: () => void }) {
  const { i18n } = useTranslation()
  return (
    <li>
      <button type="button" aria-pressed={chosen} className={styles.view} onClick={onChoose} title={text}>
        {icon}<span className={styles.name}>{text}</span>
        {counted === undefined ? null : <span className={styles.count} data-loud={loud && counted.count > 0}>{written(counted, i18n.language)}</span>}
      </button>
    </li>
  )
}
