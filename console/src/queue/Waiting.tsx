/** Who waits, in the order in which they will be given out, each with the reason why. */
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { CircleCheckBig } from 'lucide-react'
import { useCallback } from 'react'
import { GridList, GridListItem, GridListLoadMoreItem } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import type { components } from '../api/schema'
import { useNow } from '../app/clock'
import { Empty, Failure, Loading } from '../app/States'
import { span } from '../app/time'
import styles from './Board.module.css'
import { Card } from './Card'
import cards from './Card.module.css'
import { useDrags, useTicketDrag } from './Dragging'
import type { Agent } from './giving'
import type { useQueue } from './useBoard'
import type { Giving } from './useGiving'

type Item = components['schemas']['QueueItem']

interface Props {
  queue: ReturnType<typeof useQueue>
  items: readonly Item[]
  names: ReadonlyMap<string, string>
  agents: readonly Agent[]
  giving: Giving
}

export function Waiting({ queue, items, names, agents, giving }: Props) {
  const { t, i18n } = useTranslation('queue')
  const now = useNow(5_000)
  const { find } = useDrags()
  const dragAndDropHooks = useTicketDrag(useCallback((ticket: string) => find(ticket), [find]))
  const total = queue.data?.pages[0]?.count ?? 0
  const oldest = items.reduce((first, { waiting_since }) => Math.min(first, Date.parse(waiting_since)), now)
  const { moving } = giving
  return (
    <section className={styles.waiting} aria-labelledby="queue-waiting">
      <header className={styles.head}>
        <h2 id="queue-waiting">{t('waiting.title')}</h2>
        <span className={styles.count}>{queue.data?.pages[0]?.count_exact === false ? `${total}+` : total}</span>
        {items.length === 0 ? null : <span className={styles.hint}>{t('waiting.oldest', { time: span(now - oldest, i18n.language) })}</span>}
      </header>
      {items[0]?.reason === 'paused' ? <p className={styles.warning} role="status">{t('waiting.paused')}</p> : null}
      {queue.isError && items.length > 0 ? <p className={styles.warning} role="status">{t('waiting.lost')}</p> : null}
      <Listed queue={queue} items={items}>
        <GridList aria-label={t('waiting.title')} className={styles.list ?? ''} dragAndDropHooks={dragAndDropHooks}
          dependencies={[now, giving, agents, names]}>
          {items.filter(({ ticket }) => !moving.has(ticket.id)).map((item) => (
            <GridListItem key={item.ticket.id} id={item.ticket.id} textValue={`${item.ticket.number} ${item.ticket.subject}`} className={cards.row ?? ''}>
              <Card ticket={item.ticket} skill={item.skill === null ? null : (names.get(item.skill) ?? null)} agents={agents} giving={giving} moving={false}>
                <Why item={item} names={names} now={now} />
              </Card>
            </GridListItem>
          ))}
          {queue.hasNextPage ? (
            <GridListLoadMoreItem className={styles.more ?? ''} isLoading={queue.isFetchingNextPage} onLoadMore={() => void queue.fetchNextPage()}>
              {t('waiting.more')}
            </GridListLoadMoreItem>
          ) : null}
        </GridList>
      </Listed>
    </section>
  )
}

function Listed({ queue, items, children }: { queue: UseInfiniteQueryResult; items: readonly Item[]; children: React.ReactNode }) {
  const { t } = useTranslation('queue')
  if (queue.isPending) return <Loading />
  if (queue.isError && items.length === 0) return <Failure text={t('waiting.failed')} again={() => void queue.refetch()} />
  if (items.length === 0) return <Empty icon={<CircleCheckBig aria-hidden />} text={t('waiting.none')} hint={t('waiting.noneHint')} />
  return children
}

function Why({ item, names, now }: { item: Item; names: ReadonlyMap<string, string>; now: number }) {
  const { t, i18n } = useTranslation('queue')
  const skill = item.skill === null ? null : (names.get(item.skill) ?? null)
  return (
    <p className={cards.why} data-reason={item.reason}>
      <span>{skill === null ? t(`reason.${item.reason}`) : t(`skilled.${item.reason}`, { skill })}</span>
      <span className={cards.since}>{t('waiting.since', { time: span(now - Date.parse(item.waiting_since), i18n.language) })}</span>
    </p>
  )
}
