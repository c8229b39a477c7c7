/** One conversation: who answers or how long it may take, what was said, and what one writes. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link, useParams } from 'react-router'

import { data } from '../../api/client'
import { ApiError } from '../../api/errors'
import { keys } from '../../api/keys'
import type { components } from '../../api/schema'
import { useApi } from '../../app/session'
import { Empty, Failure, Loading } from '../../app/States'
import { Talk } from '../../conversation/Talk'
import { useAt } from '../addresses'
import { Head } from '../Page'
import { useReason, useWords } from '../words'
import styles from './Chat.module.css'
import { Standing } from './Standing'

type Detail = components['schemas']['TicketDetail']

export function Chat() {
  const { t } = useWords()
  const { ticket = '' } = useParams()
  const api = useApi()
  const at = useAt()
  const reason = useReason()
  const asked = useQuery({
    queryKey: keys.ticket(ticket), queryFn: ({ signal }) => data(api.GET('/api/v1/tickets/{ticket}/', { params: { path: { ticket } }, signal })),
  })
  if (asked.data === undefined) {
    if (asked.error === null) return <Loading />
    if (asked.error instanceof ApiError && asked.error.status === 404) {
      return <><h1 className="unseen">{t('chat.gone')}</h1><Empty text={t('chat.gone')}><Link to={at('tickets')} replace>{t('chat.toAll')}</Link></Empty></>
    }
    return <Failure text={reason(asked.error)} again={() => void asked.refetch()} />
  }
  return (
    <article className={styles.chat} data-whole aria-label={t('chat.label')}>
      <Top detail={asked.data} back={at('tickets')} />
      <Talk ticket={ticket} toward="" writing={asked.data.writing} />
    </article>
  )
}

function Top({ detail, back }: { detail: Detail; back: string }) {
  const { t } = useWords()
  const at = useAt()
  const { i18n } = useTranslation()
  return (
    <div className={styles.top} lang={i18n.language}>
      <Head title={detail.subject} back={back}>
        <div className={styles.about}>
          <h1 className={styles.subject} dir="auto">{detail.subject}</h1>
          <span className={styles.number}>{detail.number}</span>
        </div>
      </Head>
      <Standing detail={detail} />
      {detail.follow_up_of === null ? null : (
        <Link className={styles.related ?? ''} to={at(`tickets/${detail.follow_up_of.id}`)}>{t('waiting.followUpOf', { number: detail.follow_up_of.number })}</Link>
      )}
      {detail.follow_ups.map(({ id, number }) => (
        <Link key={id} className={styles.related ?? ''} to={at(`tickets/${id}`)}>{t('waiting.followUp', { number })}</Link>
      ))}
    </div>
  )
}
