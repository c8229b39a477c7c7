/** The end of a journey, and what came of it. */
import { CircleCheck } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'react-router'

import { cardText } from '../../app/cards'
import { useMe } from '../../app/session'
import { useAt } from '../addresses'
import { keepOnly } from '../kept'
import { useWords } from '../words'
import { Told } from './Told'
import type { RunShown } from './Run'
import styles from './Run.module.css'

export function Done({ run, overtaken }: { run: RunShown; overtaken: boolean }) {
  const { t, i18n } = useWords()
  const at = useAt()
  const me = useMe()
  const { ticket, submission, message } = run
  useEffect(() => { keepOnly(me.id, `answer ${run.id} `, new Set()) }, [me.id, run.id])
  return (
    <main className={styles.middle}>
      <div className={styles.column}>
        {overtaken ? <p className={styles.told} role="status">{t('run.completedElsewhere')}</p> : null}
        <div className={styles.done} role="status">
          <CircleCheck aria-hidden />
          <h1>{ticket === null ? t('run.done') : t('run.doneTicket', { number: ticket.number })}</h1>
          {message === null || message === '' ? null : <p dir="auto">{message}</p>}
          {submission === null ? null : <p>{cardText(submission, i18n.language)}</p>}
          {ticket === null ? null : <Link to={at(`tickets/${ticket.id}`)} replace className={styles.act ?? ''}>{t('run.toTicket')}</Link>}
          <Link to={at()} replace>{t('run.toHome')}</Link>
        </div>
        <Told answers={run.answers} title={t('chat.answers')} />
      </div>
    </main>
  )
}
