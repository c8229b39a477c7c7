import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { keys } from '../api/keys'
import { useApi } from '../app/session'
import { whole } from '../app/time'
import { standings } from './clocks'
import { useTicket } from './Inbox'
import { useNow } from '../app/clock'
import styles from './TicketPanel.module.css'

export function TicketPanel({ ticket }: { ticket: string }) {
  const { t, i18n } = useTranslation()
  const api = useApi()
  const cache = useQueryClient()
  const now = useNow()
  const found = useTicket(ticket).data
  const path = { path: { ticket } }
  const acting = useMutation({
    mutationFn: (act: 'take' | 'release') => {
      const body = found === undefined ? {} : { version: found.version }
      return act === 'take'
        ? data(api.POST('/api/v1/tickets/{ticket}/take/', { params: path, body }))
        : data(api.POST('/api/v1/tickets/{ticket}/release/', { params: path, body }))
    },
    onSettled: () => Promise.all([cache.invalidateQueries({ queryKey: keys.ticket(ticket) }), cache.invalidateQueries({ queryKey: keys.lists })]),
  })
  if (found === undefined) return <aside className={styles.panel} aria-label={t('ticket.panel')} />
  const allowed = found.allowed_actions
  const facts: [string, string][] = [
    [t('ticket.status'), t(`status.${found.status}`)], [t('ticket.priority'), t(`priority.${found.priority as 'high'}`)],
    [t('ticket.assignee'), found.assignee?.name ?? t('list.nobody')], [t('ticket.category'), found.category?.name ?? t('ticket.none')],
    [t('ticket.tags'), found.tags.join(', ') || t('ticket.none')], [t('ticket.opened'), whole(found.created_at, i18n.language)],
  ]
  return (
    <aside className={styles.panel} aria-label={t('ticket.panel')}>
      <h2>{found.customer.name}</h2>
      <p className={styles.acts}>
        {(['take', 'release'] as const).filter((act) => allowed.includes(act)).map((act) => (
          <Button key={act} className={styles.act ?? ''} isPending={acting.isPending} onPress={() => { acting.mutate(act) }}>{t(`ticket.${act}`)}</Button>
        ))}
      </p>
      {acting.error === null ? null : <p role="alert" className={styles.wrong}>{acting.error.message}</p>}
      <dl className={styles.facts}>{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      <h3>{t('ticket.deadlines')}</h3>
      <ul className={styles.clocks}>
        {standings(found.sla, now).map((clock) => (
          <li key={clock.name} data-state={clock.state}><span>{t(`clock.${clock.name}`)}</span>
            <time>{new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' }).format(now + clock.left)}</time></li>
        ))}
      </ul>
    </aside>
  )
}
