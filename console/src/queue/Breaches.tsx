/** What is overdue: the newest first, and those that ran out while one looks come in by themselves and are read aloud. */
import { Flame } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { useNow } from '../app/clock'
import { Failure, Loading } from '../app/States'
import { span } from '../app/time'
import type { FrameOf } from '../realtime/frames'
import board from './Board.module.css'
import { type Breach, breaches } from './breaches'
import styles from './Breaches.module.css'
import { useBreached } from './useBoard'

export function Breaches() {
  const { t } = useTranslation('queue')
  const { t: common } = useTranslation()
  const [spoken, setSpoken] = useState('')
  const onBreach = useCallback((frame: FrameOf<'sla-breach'>) => {
    setSpoken(t('breaches.told', { number: frame.number, clock: common(`clock.${frame.clock as 'resolution'}`) }))
  }, [t, common])
  const { asked, told } = useBreached(onBreach)
  const now = useNow(5_000)
  const late = useMemo(() => breaches(asked.data?.data ?? [], told, now), [asked.data, told, now])
  const count = asked.data?.count ?? 0
  return (
    <section className={board.breaches} aria-labelledby="queue-breaches">
      <header className={board.head}>
        <h2 id="queue-breaches">{t('breaches.title')}</h2>
        <span className={board.count} data-tone={count > 0 ? 'bad' : 'plain'}>{count}</span>
      </header>
      <p className="unseen" role="status">{spoken}</p>
      {asked.isPending ? <Loading /> : asked.isError && late.length === 0 ? <Failure text={t('breaches.failed')} again={() => void asked.refetch()} />
        : late.length === 0 ? <p className={board.nothing}>{t('breaches.none')}</p> : (
          <ol className={styles.list}>{late.map((breach) => <One key={breach.ticket.id} breach={breach} />)}</ol>
        )}
    </section>
  )
}

function One({ breach: { ticket, clock, over, level, fresh, justNow } }: { breach: Breach }) {
  const { t, i18n } = useTranslation('queue')
  const { t: common } = useTranslation()
  return (
    <li className={styles.breach} data-fresh={fresh}>
      <Link to={`/tickets/${ticket.id}`} className={styles.link ?? ''}>
        <span className={styles.top}>
          <span className={styles.clock}>{common(`clock.${clock}`)}</span>
          <span className={styles.over}>{justNow ? t('breaches.now') : t('breaches.over', { time: span(over, i18n.language) })}</span>
        </span>
        <span className={styles.subject}>{ticket.subject}</span>
        <span className={styles.marks}>
          <span>{ticket.number}</span><span>{ticket.assignee?.name ?? t('breaches.nobody')}</span>
          {level === 0 ? null : <span className={styles.level} title={t('breaches.level', { count: level })}><Flame aria-hidden /><span className="unseen">{t('breaches.level', { count: level })}</span><span aria-hidden="true">{level}</span></span>}
        </span>
      </Link>
    </li>
  )
}
