/** Views, the list of one of them, the conversation, and the ticket beside it. On a phone one of the three at a time. */
import { useQueryClient } from '@tanstack/react-query'
import { type CSSProperties, lazy, type ReactNode, Suspense, useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useNavigate, useParams } from 'react-router'

import { later } from '../app/later'
import { useApi, useLive } from '../app/session'
import { Empty } from '../app/States'
import { Conversation } from '../conversation/Conversation'
import { useActs } from '../keyboard/useAct'
import { ticketQuery } from '../ticket/ticket'
import { Button } from '../ui/Button'
import { Divider } from './Divider'
import { Head } from './Head'
import styles from './Inbox.module.css'
import { type Choice, choice as keptChoice, keepChoice, keepWidth, width } from './kept'
import { NoneOfMine } from './NoneOfMine'
import { TicketList } from './TicketList'
import { useNews } from './useList'
import { FIXED, filtersOf, listQuery, OVER } from './views'
import { Views } from './Views'

const panel = later(() => import('../ticket/TicketPanel'))
const TicketPanel = lazy(async () => ({ default: (await panel()).TicketPanel }))
const bar = later(() => import('./BulkBar'))
const BulkBar = lazy(async () => ({ default: (await bar()).BulkBar }))
const NO_REFUSALS: ReadonlyMap<string, string> = new Map()
const NO_MARKS: ReadonlySet<string> = new Set()

export function Inbox() {
  const { t } = useTranslation()
  const { ticket } = useParams()
  const [percent, setPercent] = useState(width)
  const go = useNavigate()
  const prepare = usePrepare()
  const choose = useCallback((id: string) => {
    prepare(id)
    void go(`/tickets/${id}`)
  }, [go, prepare])
  useNews()
  return (
    <div className={styles.inbox} data-open={ticket !== undefined} style={{ '--list': `${percent}%` } as CSSProperties}>
      <Lists chosen={ticket} onChoose={choose} onPrepare={prepare} divider={<Divider percent={percent} onPercent={(wide) => { setPercent(wide); keepWidth(wide) }} />} />
      <main className={styles.middle}>
        {ticket === undefined ? <Empty text={t('conversation.none')} hint={t('conversation.noneHint')} /> : <Conversation key={ticket} ticket={ticket} />}
      </main>
      {ticket === undefined ? null : <Suspense fallback={<div />}><TicketPanel key={ticket} ticket={ticket} /></Suspense>}
    </div>
  )
}

/** Asks for what one is about to look at, before it is drawn. */
function usePrepare(): (ticket: string) => void {
  const api = useApi()
  const { rooms } = useLive()
  const cache = useQueryClient()
  return useCallback((ticket) => {
    rooms.prepare(ticket)
    cache.query(ticketQuery(api, ticket)).catch(() => undefined) // whoever looks at it asks again, and is told
  }, [api, rooms, cache])
}

interface ListsProps {
  chosen: string | undefined
  divider: ReactNode
  onChoose: (id: string) => void
  onPrepare: (id: string) => void
}

function Lists({ chosen, divider, onChoose, onPrepare }: ListsProps) {
  const { t } = useTranslation()
  const { key } = useLocation()
  const [choice, setChoice] = useState(keptChoice)
  const [at, setAt] = useState(key)
  const [marked, setMarked] = useState(NO_MARKS)
  const [refusals, setRefusals] = useState(NO_REFUSALS)
  const { view, order, filters } = choice
  const query = listQuery(view, order, filters)
  const narrowed = filtersOf(view).some((name) => filters[name] !== undefined)
  const clear = () => { setMarked(NO_MARKS); setRefusals(NO_REFUSALS) }
  const take = (chosen: Choice) => {
    if (chosen.view !== view) clear()
    setChoice(chosen)
  }
  const change = (chosen: Choice) => {
    take(chosen)
    keepChoice(chosen)
  }
  if (at !== key) {
    setAt(key)
    take(keptChoice()) // whatever led here may have chosen
  }
  const mark = useCallback((ids: readonly string[], on: boolean) => {
    setMarked((before) => new Set(on ? [...before, ...ids] : [...before].filter((id) => !ids.includes(id))))
  }, [])
  useActs([...FIXED, ...OVER].map((name) => (
    { id: `view.${name}`, text: t(`views.${name}`), group: 'go' as const, run: () => { change({ ...choice, view: name }) } })))
  return (
    <>
      <Views view={view} onView={(name) => { change({ ...choice, view: name }) }} />
      <section className={styles.list} aria-label={t('list.label')}>
        {chosen === undefined ? <h1 className="unseen">{t('menu.inbox')}</h1> : null}
        {marked.size === 0 ? <Head choice={choice} onChoice={change} /> : (
          <Suspense fallback={<Head choice={choice} onChoice={change} />}>
            <BulkBar marked={marked} onClear={clear} onDone={(refused) => { setRefusals(refused); setMarked(new Set(refused.keys())) }} />
          </Suspense>
        )}
        <TicketList key={JSON.stringify(query)} query={query} chosen={chosen} marked={marked} refusals={refusals} onChoose={onChoose} onPrepare={onPrepare} onMark={mark}
          empty={narrowed ? (
            <Empty text={t('list.emptyFiltered')} icon={<Button small onPress={() => { change({ ...choice, filters: {} }) }}>{t('filter.clear')}</Button>} />
          ) : view === 'mine' ? <NoneOfMine /> : <Empty text={t('list.empty')} />} />
        {divider}
      </section>
    </>
  )
}
