/** Views, the list of one of them, the conversation, and the ticket beside it. On a phone one of the three at a time. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'

import { data } from '../api/client'
import { keys } from '../api/keys'
import { useApi } from '../app/session'
import { Empty } from '../app/States'
import { Conversation } from '../conversation/Conversation'
import { useActs } from '../keyboard/useAct'
import styles from './Inbox.module.css'
import { TicketList } from './TicketList'
import { TicketPanel } from './TicketPanel'
import { type Order, VIEWS, type ViewName } from './views'

const VIEW_NAMES = Object.keys(VIEWS) as ViewName[]

export function Inbox() {
  const { t } = useTranslation()
  const { ticket } = useParams()
  const [view, setView] = useState<ViewName>('mine')
  const [order, setOrder] = useState<Order>('activity')
  const go = useNavigate()
  useActs(VIEW_NAMES.map((name) => ({ id: `view.${name}`, text: t(`views.${name}`), group: 'go' as const, run: () => { setView(name) } })))
  return (
    <div className={styles.inbox} data-open={ticket !== undefined}>
      <section className={styles.views} aria-label={t('views.label')}>
        <ul>
          {VIEW_NAMES.map((name) => (
            <li key={name}>
              <button type="button" aria-pressed={name === view} className={styles.view} onClick={() => { setView(name) }}>
                <span>{t(`views.${name}`)}</span>
                <Count view={name} />
              </button>
            </li>
          ))}
        </ul>
      </section>
      <TicketList view={view} order={order} chosen={ticket} onOrder={setOrder} onChoose={(id) => void go(`/tickets/${id}`)} />
      <main className={styles.middle}>
        {ticket === undefined ? <Empty text={t('conversation.none')} hint={t('conversation.noneHint')} /> : <Conversation key={ticket} ticket={ticket} />}
      </main>
      {ticket === undefined ? null : <TicketPanel ticket={ticket} />}
    </div>
  )
}

function Count({ view }: { view: ViewName }) {
  const api = useApi()
  const query = VIEWS[view]
  const asked = useQuery({
    queryKey: [...keys.lists, 'count', view],
    queryFn: async () => (await api.GET('/api/v1/tickets/', { params: { query } })).data,
  })
  const found = asked.data
  if (found === undefined) return null
  return <span className={styles.count}>{found.count_exact ? found.count : `${found.count}+`}</span>
}

export function useTicket(ticket: string) {
  const api = useApi()
  return useQuery({
    queryKey: keys.ticket(ticket),
    queryFn: () => data(api.GET('/api/v1/tickets/{ticket}/', { params: { path: { ticket } } })),
  })
}
