/** One conversation: what it is about, who else looks at it, and the talk. */
import { ArrowLeft } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { useMe } from '../app/session'
import { PanelButton } from '../ticket/PanelButton'
import { useTicket } from '../ticket/ticket'
import { Viewers } from './Company'
import styles from './Conversation.module.css'
import { Talk } from './Talk'

export function Conversation({ ticket }: { ticket: string }) {
  const { t } = useTranslation()
  const me = useMe()
  const detail = useTicket(ticket).data
  return (
    <article className={styles.conversation} aria-label={t('conversation.label')}>
      <header className={styles.head}>
        <Link to="/" className={styles.back ?? ''} aria-label={t('ticket.back')}><ArrowLeft aria-hidden /></Link>
        <h1 dir="auto" title={detail?.subject}>{detail?.subject ?? <span className="unseen">{t('conversation.label')}</span>}</h1>
        <Viewers ticket={ticket} />
        <span className={styles.number}>{detail?.number}</span>
        <PanelButton />
      </header>
      <Talk ticket={ticket} toward={me.staff ? detail?.customer.name ?? '' : ''} writing={detail?.writing} />
    </article>
  )
}
