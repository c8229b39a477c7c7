/** The customer's other conversations; one is opened in the place of this. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { useNow } from '../app/clock'
import { useApi } from '../app/session'
import { Failure } from '../app/States'
import { ago, whole } from '../app/time'
import { Button } from '../ui/Button'
import { Badge } from '../ui/Marks'
import styles from './Earlier.module.css'
import { beside, type Status, type Ticket } from './ticket'
import { statusTone } from './tones'

const SHOWN = 5

export function Earlier({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useTranslation(['ticket', 'common'])
  const api = useApi()
  const now = useNow()
  const customer = ticket.customer.id
  const [all, setAll] = useState(false)
  const asked = useInfiniteQuery({
    queryKey: beside.earlier(customer),
    initialPageParam: '',
    queryFn: async ({ pageParam }) => {
      const query = { customer, ordering: '-updated_at' as const, ...(pageParam === '' ? {} : { cursor: pageParam }) }
      const { data: page } = await api.GET('/api/v1/tickets/', { params: { query } })
      if (page === undefined) throw new Error('no answer')
      return page
    },
    getNextPageParam: (page) => page.next ?? null,
  })
  if (asked.isError && asked.data === undefined) return <Failure text={t('earlier.failed')} again={() => void asked.refetch()} />
  if (asked.data === undefined) return <p className={styles.none}>{t('loading')}</p>
  const others = asked.data.pages.flatMap((page) => page.data).filter((row) => row.id !== ticket.id)
  const shown = all ? others : others.slice(0, SHOWN)
  const more = asked.hasNextPage || shown.length < others.length
  if (others.length === 0) return <p className={styles.none}>{t('earlier.none')}</p>
  return (
    <>
      <ul className={styles.list}>
        {shown.map((row) => <li key={row.id}><Other row={row} time={ago(row.updated_at, now, i18n.language)} title={whole(row.updated_at, i18n.language)} /></li>)}
      </ul>
      {more ? <Button small look="quiet" isPending={asked.isFetchingNextPage} onPress={() => { if (all || shown.length === others.length) void asked.fetchNextPage(); setAll(true) }}>{t('earlier.all')}</Button> : null}
    </>
  )
}

interface Brief {
  readonly id: string
  readonly number: string
  readonly subject: string
  readonly status: Status
}

/** A ticket as others refer to it. */
export function Other({ row, time, title }: { row: Brief; time?: string; title?: string }) {
  const { t } = useTranslation()
  return (
    <Link to={`/tickets/${row.id}`} className={styles.other}>
      <span className={styles.subject}>{row.subject}</span>
      <span className={styles.about}><span>{row.number}</span><Badge tone={statusTone(row.status)}>{t(`status.${row.status}`)}</Badge>
        {time === undefined ? null : <time title={title}>{time}</time>}</span>
    </Link>
  )
}
