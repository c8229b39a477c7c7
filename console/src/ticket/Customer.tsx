/** Who asks. */
import { useQuery } from '@tanstack/react-query'
import { BadgeCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { useNow } from '../app/clock'
import { useApi } from '../app/session'
import { Failure } from '../app/States'
import { ago, dayOf, whole } from '../app/time'
import { Avatar, Badge } from '../ui/Marks'
import styles from './Customer.module.css'
import { beside, type Ticket } from './ticket'

export function Customer({ customer }: { customer: Ticket['customer'] }) {
  const { t, i18n } = useTranslation('ticket')
  const api = useApi()
  const now = useNow()
  const asked = useQuery({
    queryKey: beside.customer(customer.id),
    queryFn: () => data(api.GET('/api/v1/customers/{customer}/', { params: { path: { customer: customer.id } } })),
  })
  const found = asked.data
  const counted = String(found?.tickets.count ?? 0)
  return (
    <>
      <div className={styles.who}>
        <Avatar name={customer.name} />
        <div>
          <p className={styles.name}>{customer.name}</p>
          <a href={`mailto:${customer.email}`} title={t('customer.write')}>{customer.email}</a>
          {found === undefined ? null : found.email_confirmed ? <BadgeCheck aria-label={t('customer.confirmed')} className={styles.confirmed} />
            : <small className={styles.faint}> {t('customer.unconfirmed')}</small>}
        </div>
      </div>
      {asked.isError ? <Failure text={t('customer.failed')} again={() => void asked.refetch()} /> : null}
      {found === undefined ? null : (
        <dl className={styles.facts}>
          <div><dt>{t('customer.since')}</dt><dd><time dateTime={found.since} title={whole(found.since, i18n.language)}>
            {dayOf(found.since, i18n.language)}</time></dd></div>
          <div><dt>{t('customer.seen')}</dt><dd>{found.last_seen_at === null ? t('customer.never')
            : <time dateTime={found.last_seen_at} title={whole(found.last_seen_at, i18n.language)}>{ago(found.last_seen_at, now, i18n.language)}</time>}</dd></div>
          <div><dt>{t('customer.tickets')}</dt><dd>{found.tickets.count_exact ? counted : t('customer.countMore', { count: found.tickets.count })}
            {found.tickets.open > 0 ? <> · {t('customer.open', { count: found.tickets.open })}</> : null}</dd></div>
          {found.active ? null : <div><dd><Badge tone="warn">{t('customer.inactive')}</Badge></dd></div>}
        </dl>
      )}
    </>
  )
}
