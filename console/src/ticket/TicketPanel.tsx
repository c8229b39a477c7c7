/** The ticket beside its conversation: what it is, whose it is, what is promised, who asks, and what happened. */
import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { useWatched } from '../app/session'
import { Failure, Loading } from '../app/States'
import { ApiError } from '../api/errors'
import { IconButton } from '../ui/Button'
import { Answers, useAnswers } from './Answers'
import { Assign, type Receiver } from './Assign'
import { ClashDialog } from './ClashDialog'
import { Customer } from './Customer'
import { Deadlines } from './Deadlines'
import { Earlier } from './Earlier'
import { Facts } from './Facts'
import { panelOpen, useBeside } from './open'
import { Refused } from './Refused'
import { Related } from './Related'
import { type Part, Sections } from './Sections'
import './texts'
import { type Ticket, useTicket } from './ticket'
import styles from './TicketPanel.module.css'
import { Timeline } from './Timeline'
import { Transfer } from './Transfer'
import { type Asking, useTicketActs } from './useTicketActs'
import { useWishes, type Wishes } from './wishes'
import { Pick } from './Pick'

export function TicketPanel({ ticket }: { ticket: string }) {
  const { t } = useTranslation()
  const asked = useTicket(ticket)
  const besides = useBeside()
  const open = useWatched(panelOpen)
  useEffect(() => () => { panelOpen.set(false) }, [ticket])
  const gone = asked.error instanceof ApiError && asked.error.status === 404
  const content = asked.data !== undefined && !gone ? <Opened ticket={asked.data} shown={besides || open} />
    : asked.isError ? <Failure text={t(gone ? 'error.gone' : 'error.unreachable')} {...(gone ? {} : { again: () => void asked.refetch() })} /> : <Loading />
  return <aside className={styles.panel} aria-label={t('ticket.panel')} hidden={!besides}>{content}</aside>
}

/** All that one does with it is here also while it is not shown, as keys do it too. */
function Opened({ ticket, shown }: { ticket: Ticket; shown: boolean }) {
  const wishes = useWishes(ticket.id)
  const [asking, setAsking] = useState<Asking | null>(null)
  const [skill, setSkill] = useState<Receiver | null>(null)
  useTicketActs(ticket, wishes, setAsking)
  const done = () => { setAsking(null) }
  const besides = useBeside()
  const content = <Content ticket={ticket} wishes={wishes} asking={asking} onAsk={setAsking} />
  return (
    <>
      {besides ? content : <Drawer open={shown}>{content}</Drawer>}
      <Assign ticket={ticket} open={asking === 'assign' || asking === 'transfer'} skillsOnly={asking === 'transfer'} onClose={done}
        onWish={(wish) => { wishes.wish(ticket, wish) }} onSkill={setSkill} />
      <Pick ticket={ticket} what={asking === 'status' || asking === 'priority' || asking === 'category' ? asking : null} onClose={done}
        onWish={(wish) => { wishes.wish(ticket, wish) }} />
      {skill === null ? null : <Transfer ticket={ticket} skill={skill} wishes={wishes} onClose={() => { setSkill(null) }} />}
      {wishes.clash === null ? null : <ClashDialog clash={wishes.clash} onSettle={wishes.settle} />}
    </>
  )
}

function Drawer({ open, children }: { open: boolean; children: React.ReactNode }) {
  const { t } = useTranslation()
  return (
    <ModalOverlay isOpen={open} isDismissable onOpenChange={(isOpen) => { panelOpen.set(isOpen) }} className={styles.overlay ?? ''}>
      <Modal className={styles.drawer ?? ''}>
        <Dialog className={styles.sheet ?? ''}>
          <header className={styles.top}>
            <Heading slot="title" className={styles.title ?? ''}>{t('ticket.panel')}</Heading>
            <IconButton label={t('app.close')} onPress={() => { panelOpen.set(false) }}><X aria-hidden /></IconButton>
          </header>
          <div className={styles.scrolled}>{children}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

interface ContentProps {
  ticket: Ticket
  wishes: Wishes
  asking: Asking | null
  onAsk: (what: Asking | null) => void
}

function Content({ ticket, wishes, asking, onAsk }: ContentProps) {
  const answers = useAnswers(ticket.id)
  const related = ticket.follow_ups.length + (ticket.follow_up_of === null ? 0 : 1)
  const parts: Part[] = [
    { name: 'ticket', content: () => <Facts ticket={ticket} wishes={wishes} asking={asking} onAsk={onAsk} /> },
    { name: 'deadlines', content: () => <Deadlines sla={ticket.sla} /> },
    { name: 'customer', content: () => <Customer customer={ticket.customer} /> },
    ...(answers.isError || (answers.data?.length ?? 0) > 0 ? [{ name: 'answers' as const, count: answers.data?.length, content: () => <Answers ticket={ticket.id} /> }] : []),
    ...(related > 0 ? [{ name: 'related' as const, count: related, content: () => <Related ticket={ticket} /> }] : []),
    { name: 'earlier', content: () => <Earlier ticket={ticket} /> },
    { name: 'timeline', content: () => <Timeline ticket={ticket} /> },
  ]
  return (
    <>
      {wishes.refusal === null ? null : <Refused ticket={ticket} refusal={wishes.refusal} wishes={wishes} />}
      <Sections parts={parts} />
    </>
  )
}
