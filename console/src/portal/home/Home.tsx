/** The first page: go on where one was, choose what it is about, or see what was answered. */
import { useQuery } from '@tanstack/react-query'
import { ChevronRight, PenLine } from 'lucide-react'
import { Link } from 'react-router'

import { data } from '../../api/client'
import { useApi, useMay } from '../../app/session'
import { Failure, Loading } from '../../app/States'
import { since } from '../../app/time'
import { useAt } from '../addresses'
import { portalKeys } from '../keys'
import { useNow } from '../now'
import { Page } from '../Page'
import { useTickets } from '../tickets/list'
import { TicketLine } from '../tickets/TicketLine'
import { isMissing } from '../missing'
import { useReason, useWords } from '../words'
import styles from './Home.module.css'

const SHOWN = 3

export function Home() {
  const { t } = useWords()
  return (
    <Page title={t('home.title')}>
      <Failed />
      <UnderWay />
      <Offered />
      <Lately />
    </Page>
  )
}

function useRuns() {
  const api = useApi()
  return useQuery({ queryKey: portalKeys.runs, queryFn: ({ signal }) => data(api.GET('/api/v1/runs/', { signal })) })
}

function useOffered() {
  const api = useApi()
  const { i18n: { language } } = useWords()
  return useQuery({
    queryKey: portalKeys.journeys(language), queryFn: ({ signal }) => data(api.GET('/api/v1/journeys/', { params: { query: { language } }, signal })),
  })
}

/** Said once, whatever of the page is missing. */
function Failed() {
  const reason = useReason()
  const parts = [useRuns(), useOffered(), useTickets().list].filter(isMissing)
  const [first] = parts
  return first === undefined ? null : <Failure text={reason(first.error ?? new Error())} again={() => { for (const part of parts) void part.refetch() }} />
}

function UnderWay() {
  const { t, i18n } = useWords()
  const now = useNow()
  const at = useAt()
  const runs = useRuns()
  const begun = runs.data?.filter((run) => run.answers.length > 0) ?? []
  if (begun.length === 0) return null
  return (
    <section className={styles.part}>
      <h2>{t('home.underWay')}</h2>
      <ul className={styles.cards}>
        {begun.slice(0, SHOWN).map((run) => (
          <li key={run.id}>
            <Link to={at(`runs/${run.id}`)} className={styles.card ?? ''}>
              <span className={styles.name} dir="auto">{run.journey.name}</span>
              <span className={styles.about}>{t('home.progress', { percent: String(Math.round(run.progress * 100)) })} · {t('home.begun', { when: since(run.started_at, now, i18n.language) })}</span>
              <progress className={styles.progress} value={run.progress} aria-hidden="true" />
              <ChevronRight aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Offered() {
  const { t } = useWords()
  const at = useAt()
  const mayWrite = useMay('tickets.open_ticket')
  const journeys = useOffered()
  if (journeys.isPending && !isMissing(journeys)) return <Loading />
  return (
    <section className={styles.part}>
      {journeys.data?.length === 0 ? <p className={styles.hint}>{t('home.none')}</p> : <h2>{t('home.offered')}</h2>}
      <ul className={styles.cards}>
        {journeys.data?.map((journey) => (
          <li key={journey.id}>
            <Link to={at(`journeys/${journey.id}`)} className={styles.card ?? ''}>
              <span className={styles.name} dir="auto">{journey.name}</span>
              {journey.description === '' ? null : <span className={styles.about} dir="auto">{journey.description}</span>}
              <ChevronRight aria-hidden />
            </Link>
          </li>
        ))}
        {mayWrite ? (
          <li>
            <Link to={at('new')} className={styles.card ?? ''} data-write>
              <span className={styles.name}>{t('home.write')}</span>
              <span className={styles.about}>{t('home.writeHint')}</span>
              <PenLine aria-hidden />
            </Link>
          </li>
        ) : null}
      </ul>
    </section>
  )
}

function Lately() {
  const { t } = useWords()
  const at = useAt()
  const { rows } = useTickets()
  if (rows.length === 0) return null
  return (
    <section className={styles.part} aria-labelledby="lately">
      <h2 id="lately">{t('home.lately')}</h2>
      <ul className={styles.lines}>{rows.slice(0, SHOWN).map((row) => <TicketLine key={row.id} row={row} />)}</ul>
      {rows.length > SHOWN ? <Link to={at('tickets')} className={styles.all ?? ''}>{t('home.all')}</Link> : null}
    </section>
  )
}
