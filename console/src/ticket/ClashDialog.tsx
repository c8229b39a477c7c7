/** Two people changed the same: both versions side by side, and one of them counts. Closing it keeps theirs, which is what is stored. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { useApi } from '../app/session'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import styles from './ClashDialog.module.css'
import { isList, type Value } from './conflict'
import { happenings } from './history'
import { beside, type Priority, type Status } from './ticket'
import type { Clash } from './wishes'

export function ClashDialog({ clash, onSettle }: { clash: Clash; onSettle: (mine: boolean) => void }) {
  const { t } = useTranslation(['ticket', 'common'])
  const { now, wish, differences } = clash
  const who = useLastChanger(now.id, now.version) ?? t('clash.somebody')
  const possible = wish.kind === 'status' ? now.allowed_statuses.includes(wish.status) : now.allowed_actions.includes(wish.kind)
  const shown = (field: string, value: Value): string => {
    if (value === null) return t(field === 'assignee' ? 'nobody' : 'none')
    if (isList(value)) return value.join(', ')
    if (typeof value !== 'string') return value.name
    return field === 'status' ? t(`common:status.${value as Status}`) : field === 'priority' ? t(`common:priority.${value as Priority}`) : value
  }
  return (
    <Dialog title={t('clash.title')} open wide onClose={() => { onSettle(false) }} foot={(
      <>
        <Button onPress={() => { onSettle(false) }}>{t('clash.keepTheirs')}</Button>
        <Button look="primary" isDisabled={!possible} onPress={() => { onSettle(true) }}>{t('clash.useMine')}</Button>
      </>
    )}>
      <p className={styles.intro}>{t('clash.intro', { who })}</p>
      {differences.map(({ field, before, mine, theirs }) => (
        <section key={field} className={styles.field} aria-label={t(`field.${field}`)}>
          <h3>{t(`field.${field}`)}</h3>
          <div className={styles.versions}>
            <div className={styles.version} data-side="mine"><h4>{t('clash.mine')}</h4><p>{shown(field, mine)}</p></div>
            <div className={styles.version}><h4>{who === t('clash.somebody') ? t('clash.theirs') : who}</h4><p>{shown(field, theirs)}</p></div>
          </div>
          <p className={styles.before}>{t('clash.before', { value: shown(field, before) })}</p>
        </section>
      ))}
      {possible ? null : <p role="alert" className={styles.notAllowed}>{t('clash.notAllowed', { status: t(`common:status.${now.status}`) })}</p>}
    </Dialog>
  )
}

function useLastChanger(ticket: string, version: number): string | undefined {
  const api = useApi()
  const asked = useQuery({ queryKey: [...beside.history(ticket), 'last', version], queryFn: () => happenings(api, ticket, null) })
  const name = asked.data?.entries[0]?.sender.name
  return name === '' ? undefined : name
}
