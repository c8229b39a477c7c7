/** One's conversations; beside them, where there is room, the one that is open. */
import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link, Outlet, useParams } from 'react-router'

import { Empty, Failure, Loading } from '../../app/States'
import { Button } from '../../ui/Button'
import { useAt, useOrganization } from '../addresses'
import { isMissing } from '../missing'
import { useReason, useWords } from '../words'
import { isOver, type Row, useTickets } from './list'
import { TicketLine } from './TicketLine'
import styles from './Tickets.module.css'

export function Tickets() {
  const { t } = useWords()
  const { ticket } = useParams()
  const at = useAt()
  const organization = useOrganization()
  return (
    <main className={styles.tickets} data-open={ticket !== undefined}>
      <section className={styles.list} aria-labelledby="tickets-title">
        {ticket === undefined ? <title>{`${t('tickets.title')} · ${organization}`}</title> : null}
        <header className={styles.head}>
          <h1 className={styles.title} id="tickets-title">{t('tickets.title')}</h1>
          <Link to={at('new')} className={styles.write ?? ''}><Plus aria-hidden />{t('home.write')}</Link>
        </header>
        <List chosen={ticket} />
      </section>
      <div className={styles.middle}>{ticket === undefined ? <Empty text={t('tickets.choose')} /> : <Outlet key={ticket} />}</div>
    </main>
  )
}

function List({ chosen }: { chosen: string | undefined }) {
  const { t } = useWords()
  const { t: c } = useTranslation()
  const reason = useReason()
  const { list, rows } = useTickets()
  if (isMissing(list)) return <Failure text={reason(list.error ?? new Error())} again={() => void list.refetch()} />
  if (list.isPending) return <Loading />
  if (rows.length === 0) return <Empty text={t('tickets.empty')} hint={t('tickets.emptyHint')} />
  return (
    <div className={styles.scroll}>
      <Group title={t('tickets.open')} rows={rows.filter((row) => !isOver(row))} chosen={chosen} />
      <Group title={t('tickets.over')} rows={rows.filter(isOver)} chosen={chosen} />
      {list.hasNextPage ? (
        <p className={styles.more}>
          <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>{list.isFetchNextPageError ? c('app.retry') : t('tickets.more')}</Button>
        </p>
      ) : null}
    </div>
  )
}

function Group({ title, rows, chosen }: { title: string; rows: readonly Row[]; chosen: string | undefined }) {
  if (rows.length === 0) return null
  return (
    <section>
      <h2 className={styles.group}>{title}</h2>
      <ul>{rows.map((row) => <TicketLine key={row.id} row={row} chosen={row.id === chosen} />)}</ul>
    </section>
  )
}
