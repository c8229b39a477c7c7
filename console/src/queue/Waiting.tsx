/** Who waits, in the order in which they will be given out, each with the reason why; what is not on screen is neither drawn nor fetched. */
import { CircleCheckBig } from 'lucide-react'
import { createContext, memo, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { GridList, GridListItem, ListLayout, Virtualizer } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { useNow } from '../app/clock'
import { Empty, Failure, Loading } from '../app/States'
import { span } from '../app/time'
import { FARTHEST, PAGE } from '../inbox/rows'
import styles from './Board.module.css'
import { Card } from './Card'
import cards from './Card.module.css'
import { useDrags, useTicketDrag } from './Dragging'
import type { Agent } from './giving'
import { type Place, placeMaker } from './places'
import type { QueueItem, useQueue } from './useBoard'
import type { Giving } from './useGiving'

interface Around {
  readonly names: ReadonlyMap<string, string>
  readonly agents: readonly Agent[]
  readonly giving: Giving
  readonly look: (place: number) => () => void
}

type Queue = ReturnType<typeof useQueue>
const LAYOUT = { estimatedRowHeight: 86, gap: 8, padding: 10 } // pixels; a card that was refused is higher
const AroundCards = createContext<Around | null>(null)

export function Waiting({ queue, names, agents, giving }: Omit<Around, 'look'> & { queue: Queue }) {
  const { t, i18n } = useTranslation('queue')
  const now = useNow(5_000)
  const { first, items, look, count, exact } = queue
  const { moving } = giving
  const [make] = useState(placeMaker)
  const places = useMemo(() => make(Math.min(count, FARTHEST * PAGE), items, moving), [make, count, items, moving])
  const { find } = useDrags()
  const dragAndDropHooks = useTicketDrag(useCallback((key: string) => {
    const dragged = places.find((place) => place.key === key)?.item
    return dragged === undefined ? undefined : find(dragged.ticket.id)
  }, [places, find]))
  const around = useMemo(() => ({ names, agents, giving, look }), [names, agents, giving, look])
  const oldest = [...items.values()].reduce((before, { waiting_since }) => Math.min(before, Date.parse(waiting_since)), now)
  return (
    <section className={styles.waiting} aria-labelledby="queue-waiting">
      <header className={styles.head}>
        <h2 id="queue-waiting">{t('waiting.title')}</h2>
        <span className={styles.count}>{exact ? count : `${count}+`}</span>
        {items.size === 0 ? null : <span className={styles.hint}>{t('waiting.oldest', { time: span(now - oldest, i18n.language) })}</span>}
      </header>
      {items.get(0)?.reason === 'paused' ? <p className={styles.warning} role="status">{t('waiting.paused')}</p> : null}
      {first.isError && count > 0 ? <p className={styles.warning} role="status">{t('waiting.lost')}</p> : null}
      {first.isPending ? <Loading /> : first.isError && count === 0 ? <Failure text={t('waiting.failed')} again={() => void first.refetch()} />
        : count === 0 ? <Empty icon={<CircleCheckBig aria-hidden />} text={t('waiting.none')} hint={t('waiting.noneHint')} /> : (
          <AroundCards value={around}>
            <Virtualizer layout={ListLayout} layoutOptions={LAYOUT} shouldObserveItemSize>
              <GridList aria-label={t('waiting.title')} className={styles.list ?? ''} dragAndDropHooks={dragAndDropHooks} items={places}>{listed}</GridList>
            </Virtualizer>
          </AroundCards>
        )}
    </section>
  )
}

/** Of the place alone, so that a list of thousands is not made anew where something around it changes. */
function listed(place: Place) {
  const { item } = place
  return (
    <GridListItem id={place.key} textValue={item === undefined ? '…' : `${item.ticket.number} ${item.ticket.subject}`} className={cards.row ?? ''}>
      {item === undefined ? <Blank place={place.place} /> : <Waits place={place.place} item={item} />}
    </GridListItem>
  )
}

function useAround(place: number): Around {
  const around = useContext(AroundCards)
  if (around === null) throw new Error('a card stands in the list')
  const { look } = around
  useEffect(() => look(place), [look, place])
  return around
}

const Waits = memo(function Waits({ place, item }: { place: number; item: QueueItem }) {
  const { names, agents, giving } = useAround(place)
  return (
    <Card ticket={item.ticket} skill={item.skill === null ? null : (names.get(item.skill) ?? null)} agents={agents} giving={giving} moving={false} aside={<Since item={item} />}>
      <Why item={item} names={names} />
    </Card>
  )
})

function Blank({ place }: { place: number }) {
  useAround(place)
  return <div className={cards.blank}><i /><i /><i /></div>
}

function Why({ item, names }: { item: QueueItem; names: ReadonlyMap<string, string> }) {
  const { t } = useTranslation('queue')
  const skill = item.skill === null ? null : (names.get(item.skill) ?? null)
  const why = skill === null ? t(`reason.${item.reason}`) : t(`skilled.${item.reason}`, { skill })
  return <p className={cards.why} data-reason={item.reason}>{why}</p>
}

function Since({ item }: { item: QueueItem }) {
  const { t, i18n } = useTranslation('queue')
  const now = useNow(5_000)
  return <span className={cards.since}>{t('waiting.since', { time: span(now - Date.parse(item.waiting_since), i18n.language) })}</span>
}
