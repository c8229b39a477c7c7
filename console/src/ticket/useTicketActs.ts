/** What can be done with the open ticket, by key and in the palette. What is allowed comes with the ticket. */
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

import { useMe } from '../app/session'
import { type Act, registry } from '../keyboard/registry'
import { useActs } from '../keyboard/useAct'
import { complain, say } from '../ui/Toasts'
import { panelOpen, useBeside } from './open'
import { refusalText } from './refusalText'
import { PRIORITIES, type Ticket } from './ticket'
import type { Wishes } from './wishes'

/** What is being asked for in a window, or typed in the panel. */
export type Asking = 'assign' | 'transfer' | 'status' | 'priority' | 'category' | 'subject' | 'tags'

export function useTicketActs(ticket: Ticket, { wish }: Wishes, ask: (what: Asking) => void): void {
  const { t } = useTranslation(['ticket', 'common'])
  const me = useMe()
  const go = useNavigate()
  const beside = useBeside()
  const [actions, statuses] = [ticket.allowed_actions, ticket.allowed_statuses]
  const changes = actions.includes('change')
  const inPanel = (what: Asking) => () => {
    if (!beside) panelOpen.set(true)
    ask(what)
  }
  const resolve = () => {
    const open = { label: t('open'), run: () => void go(`/tickets/${ticket.id}`) }
    registry.run('list.next')
    wish(ticket, { kind: 'status', status: 'resolved' }, {
      then: () => { say(t('resolved', { number: ticket.number }), open) },
      refused: (refusal) => { complain(`${ticket.number}: ${refusalText(t, refusal.error)}`, open) },
    })
  }
  const offered: Act[] = [
    { id: 'ticket.assign', text: t('act.assign'), words: t('act.words.assign'), group: 'ticket', key: 'a', run: () => { ask('assign') },
      possible: ['reassign', 'take', 'transfer', 'release'].some((name) => actions.includes(name as 'take')) },
    { id: 'ticket.status', text: t('act.status'), group: 'ticket', key: 's', possible: statuses.length > 0, run: () => { ask('status') } },
    { id: 'ticket.priority', text: t('act.priority'), group: 'ticket', key: 'p', possible: changes, run: () => { ask('priority') } },
    { id: 'ticket.take', text: t('act.take'), words: t('act.words.take'), group: 'ticket', key: 't', possible: actions.includes('take'),
      run: () => { wish(ticket, { kind: 'take', by: me }) } },
    { id: 'ticket.resolve', text: t('act.resolve'), words: t('act.words.resolve'), group: 'ticket', key: 'e', possible: statuses.includes('resolved'),
      run: resolve },
    { id: 'ticket.release', text: t('act.release'), words: t('act.words.release'), group: 'ticket', possible: actions.includes('release'),
      run: () => { wish(ticket, { kind: 'release' }) } },
    { id: 'ticket.transfer', text: t('act.transfer'), words: t('act.words.transfer'), group: 'ticket', possible: actions.includes('transfer'),
      run: () => { ask('transfer') } },
    { id: 'ticket.category', text: t('act.category'), group: 'ticket', possible: changes, run: () => { ask('category') } },
    { id: 'ticket.subject', text: t('act.subject'), group: 'ticket', possible: changes, run: inPanel('subject') },
    { id: 'ticket.tag', text: t('act.tag'), group: 'ticket', possible: changes, run: inPanel('tags') },
    ...statuses.map((status): Act => ({
      id: `ticket.status.${status}`, text: t('act.setStatus', { status: t(`common:status.${status}`) }), group: 'ticket',
      run: () => { wish(ticket, { kind: 'status', status }) },
    })),
    ...(changes ? PRIORITIES : []).filter((priority) => priority !== ticket.priority).map((priority): Act => ({
      id: `ticket.priority.${priority}`, text: t('act.setPriority', { priority: t(`common:priority.${priority}`) }), group: 'ticket',
      run: () => { wish(ticket, { kind: 'change', fields: { priority } }) },
    })),
  ]
  useActs(offered)
}
