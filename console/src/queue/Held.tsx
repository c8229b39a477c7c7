/** What an agent holds, to be dragged to somebody else. */
import { useCallback } from 'react'
import { GridList, GridListItem } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { Failure, Loading } from '../app/States'
import styles from './Agents.module.css'
import { Card } from './Card'
import cards from './Card.module.css'
import { useTicketDrag } from './Dragging'
import type { Agent } from './giving'
import { useHeld } from './useBoard'
import type { Giving } from './useGiving'

export function Held({ agent, agents, giving }: { agent: Agent; agents: readonly Agent[]; giving: Giving }) {
  const { t } = useTranslation('queue')
  const { t: common } = useTranslation()
  const asked = useHeld(agent.id)
  const { data: tickets } = asked
  const dragAndDropHooks = useTicketDrag(useCallback((id: string) => {
    const ticket = tickets?.find((one) => one.id === id)
    return ticket === undefined ? undefined : { ticket, skill: null }
  }, [tickets]))
  if (asked.isPending) return <Loading />
  if (tickets === undefined) return <Failure text={t('waiting.failed')} again={() => void asked.refetch()} />
  if (tickets.length === 0) return <p className={styles.nothing}>{t('agents.holdsNone')}</p>
  return (
    <GridList aria-label={t('agents.holds', { who: agent.name })} className={styles.held ?? ''} dragAndDropHooks={dragAndDropHooks} dependencies={[giving, agents]}>
      {tickets.map((ticket) => (
        <GridListItem key={ticket.id} id={ticket.id} textValue={`${ticket.number} ${ticket.subject}`} className={cards.row ?? ''}>
          <Card ticket={ticket} skill={null} agents={agents} giving={giving} moving={giving.moving.has(ticket.id)}>
            <p className={cards.why} data-reason="none"><span>{common(`status.${ticket.status}`)}</span></p>
          </Card>
        </GridListItem>
      ))}
    </GridList>
  )
}
