/** Gives the ticket to somebody, to those who have a skill, or back to the queue: whatever the server allows. */
import { CloudOff, Inbox, Users } from 'lucide-react'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'

import { useMay, useMe } from '../app/session'
import { Finder, type Finding } from '../keyboard/Finder'
import styles from './Assign.module.css'
import type { Wish } from './conflict'
import { type Agent, byRoom, type Skill, useAgents, useSkills } from './people'
import type { Ticket } from './ticket'

export interface Receiver {
  readonly id: string
  readonly name: string
}

interface Receivable extends Finding {
  readonly wish?: Wish
  readonly toSkill?: Receiver
}

interface Props {
  ticket: Ticket
  open: boolean
  skillsOnly: boolean
  onWish: (wish: Wish) => void
  onSkill: (skill: Receiver) => void
  onClose: () => void
}

export function Assign({ ticket, open, skillsOnly, onWish, onSkill, onClose }: Props) {
  const { t } = useTranslation(['ticket', 'common'])
  const me = useMe()
  const mayChoose = useMay('tickets.reassign_ticket')
  const actions = ticket.allowed_actions
  const asked = [useAgents(open && !skillsOnly), useSkills(open && actions.includes('transfer'))] as const
  const [agents, skills] = [asked[0].data ?? [], asked[1].data ?? []]
  const own: Receivable[] = actions.includes('take') ? [{
    id: me.id, text: t('act.take'), beside: t('me', { name: me.name }), words: t('act.words.take'), key: 't', wish: { kind: 'take', by: me },
    mark: <Dot agent={agents.find((agent) => agent.id === me.id)} />,
  }] : []
  const others = actions.includes('reassign') ? [...agents].sort(byRoom).filter((agent) => own.length === 0 || agent.id !== me.id) : []
  const choices: Receivable[] = skillsOnly ? [] : [
    ...own,
    ...others.map((agent): Receivable => ({
      id: agent.id, text: agent.id === me.id ? t('me', { name: agent.name }) : agent.name, beside: besideAgent(t, agent, ticket), words: agent.skills.join(' '),
      kind: t('assign.agent'), mark: <Dot agent={agent} />, disabled: agent.id === ticket.assignee?.id,
      wish: { kind: 'reassign', agent: { id: agent.id, name: agent.name } },
    })),
    ...(actions.includes('release') ? [{ id: 'queue', text: t('act.release'), words: t('act.words.release'), mark: <Inbox aria-hidden />, wish: { kind: 'release' as const } }] : []),
  ]
  const failed: Receivable[] = asked.some(({ isError }) => isError) ? [{ id: 'failed', text: t('assign.failed'), mark: <CloudOff aria-hidden />, disabled: true }] : []
  const all = [...choices, ...(actions.includes('transfer') ? skills.map((skill) => skillChoice(t, skill)) : []), ...failed]
  const missing = actions.includes('transfer') && asked[1].isSuccess && skills.length === 0 ? t('assign.noSkills') : ''
  return (
    <Finder open={open} onClose={onClose} label={t('assign.title')} placeholder={t('assign.placeholder')} useChoices={() => all}
      note={[mayChoose ? '' : t('assign.noAgents'), missing].filter(Boolean).join(' ')}
      onChoose={({ wish, toSkill }) => {
        if (toSkill !== undefined) onSkill(toSkill)
        else if (wish !== undefined) onWish(wish)
      }} />
  )
}

type Say = TFunction<['ticket', 'common']>

function skillChoice(t: Say, { id, name, agents, available }: Skill): Receivable {
  return {
    id, text: name, beside: agents === 0 ? t('assign.nobodyKnows') : t('assign.skilled', { count: agents, available: String(available) }), kind: t('assign.skill'),
    mark: <Users aria-hidden />, toSkill: { id, name },
  }
}

function besideAgent(t: Say, agent: Agent, ticket: Ticket): string {
  const { availability } = agent
  const [load, capacity] = [String(agent.load), String(agent.capacity)]
  const how = agent.load >= agent.capacity ? t('assign.full', { load, capacity })
    : availability === 'available' ? t('assign.load', { load, capacity })
      : t('assign.away', { load, capacity, availability: t(`common:availability.${availability}`) })
  return [
    agent.id === ticket.assignee?.id ? t('assign.has') : '', how, agent.on_shift ? '' : t('assign.offShift'),
    ticket.skill !== null && agent.skills.includes(ticket.skill.name) ? t('assign.knows', { skill: ticket.skill.name }) : '',
  ].filter(Boolean).join(' · ')
}

function Dot({ agent }: { agent: Agent | undefined }) {
  return <i className={styles.dot} data-availability={agent?.availability ?? 'offline'} aria-hidden="true" />
}
