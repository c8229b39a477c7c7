/** What a ticket is, on a row that can be dragged, with its acts and what was refused. */
import { EllipsisVertical, GripVertical, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button as Pressable, SubmenuTrigger, MenuItem, Popover, Menu as List } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

import { Chip } from '../inbox/Chip'
import { Button, IconButton } from '../ui/Button'
import { Menu, MenuAct } from '../ui/Menu'
import styles from './Card.module.css'
import { type Agent, ranked, type Refusal, type Ticket } from './giving'
import { type Giving, useRefusalText } from './useGiving'

interface Props {
  ticket: Ticket
  skill: string | null
  agents: readonly Agent[]
  giving: Giving
  moving: boolean
  /** At the end of its first line. */
  aside?: ReactNode
  children?: ReactNode
}

export function Card({ ticket, skill, agents, giving, moving, aside, children }: Props) {
  const { t } = useTranslation('queue')
  const { t: common } = useTranslation()
  const refusal = giving.refusals.get(ticket.id)
  return (
    <div className={styles.card} data-moving={moving} data-refused={refusal !== undefined}>
      <Pressable slot="drag" className={styles.grip ?? ''} aria-label={t('waiting.drag', { number: ticket.number })}><GripVertical aria-hidden /></Pressable>
      <div className={styles.body}>
        <p className={styles.top}>
          <span className={styles.subject} dir="auto">{ticket.subject}</span>
          {ticket.priority === 'normal' ? null : <span className={styles.priority} data-priority={ticket.priority}>{common(`priority.${ticket.priority as 'high'}`)}</span>}
          {aside}
        </p>
        <p className={styles.marks}><span>{ticket.number}</span><span className={styles.fades} dir="auto">{ticket.customer.name}</span>{ticket.category === null ? null : <span className={styles.fades}>{ticket.category.name}</span>}<Chip sla={ticket.sla} /></p>
        {children}
        {refusal === undefined ? null : <Refused refusal={refusal} ticket={ticket} giving={giving} />}
      </div>
      <Acts ticket={ticket} skill={skill} agents={agents} giving={giving} />
    </div>
  )
}

function Refused({ refusal, ticket, giving }: { refusal: Refusal; ticket: Ticket; giving: Giving }) {
  const { t } = useTranslation('queue')
  const text = useRefusalText()
  const { act } = refusal
  return (
    <div className={styles.refused} role="alert">
      <span>{text(refusal)}</span>
      {act === null ? null : <Button small onPress={() => { giving.give(ticket, refusal.agent, act === 'giveAnyway') }}>{t(`act.${act}`)}</Button>}
      <IconButton small label={t('act.dismiss')} onPress={() => { giving.dismiss(ticket.id) }}><X aria-hidden /></IconButton>
    </div>
  )
}

function Acts({ ticket, skill, agents, giving }: { ticket: Ticket; skill: string | null; agents: readonly Agent[]; giving: Giving }) {
  const { t } = useTranslation('queue')
  const go = useNavigate()
  const others = ranked(agents.filter(({ id }) => id !== ticket.assignee?.id), skill)
  return (
    <Menu placement="bottom end" label={t('waiting.actsFor', { number: ticket.number })}
      trigger={<Pressable className={styles.acts ?? ''} aria-label={t('waiting.actsFor', { number: ticket.number })}><EllipsisVertical aria-hidden /></Pressable>}>
      <SubmenuTrigger>
        <MenuItem className={styles.submenu ?? ''} textValue={t('act.give')}><span>{t('act.give')}</span><span aria-hidden="true">›</span></MenuItem>
        <Popover className={styles.popover ?? ''}>
          <List className={styles.list ?? ''} aria-label={t('act.giveTo', { number: ticket.number })}>
            {others.map((agent) => (
              <MenuItem key={agent.id} textValue={agent.name} className={styles.agent ?? ''} onAction={() => { giving.give(ticket, agent) }}>
                <i className={styles.dot} data-availability={agent.availability} aria-hidden="true" />
                <span>{agent.name}</span>
                <small>{skill !== null && !agent.skills.includes(skill) ? t('agents.lacks', { skill }) : t('agents.load', { load: String(agent.load), capacity: String(agent.capacity) })}</small>
              </MenuItem>
            ))}
          </List>
        </Popover>
      </SubmenuTrigger>
      <MenuAct onAction={() => void go(`/tickets/${ticket.id}`)}>{t('act.open')}</MenuAct>
    </Menu>
  )
}
