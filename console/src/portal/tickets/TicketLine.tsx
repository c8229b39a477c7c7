/** One of one's conversations, in a line: what it is about, how it stands, and what is new. */
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { ago, whole } from '../../app/time'
import { Badge } from '../../ui/Marks'
import { useAt } from '../addresses'
import { useNow } from '../now'
import { useWords } from '../words'
import { isOver, type Row } from './list'
import styles from './TicketLine.module.css'
import { useStanding } from './standing'

export function TicketLine({ row, chosen = false }: { row: Row; chosen?: boolean }) {
  const { t } = useWords()
  const { i18n } = useTranslation()
  const at = useAt()
  const now = useNow()
  const standing = useStanding()
  return (
    <li>
      <Link to={at(`tickets/${row.id}`)} className={styles.line ?? ''} aria-current={chosen ? 'page' : undefined} data-unread={row.unread > 0}>
        <span className={styles.subject} dir="auto">{row.subject}</span>
        <time className={styles.time} dateTime={row.updated_at} title={whole(row.updated_at, i18n.language)}>{ago(row.updated_at, now, i18n.language)}</time>
        <span className={styles.standing} data-waits={row.status === 'pending'} data-over={isOver(row)}>{standing(row)}</span>
        {row.unread > 0 ? <Badge tone="accent">{t('nav.unread', { count: row.unread })}</Badge> : <span className={styles.number}>{row.number}</span>}
      </Link>
    </li>
  )
}
