/** The fields of a ticket, each changed where it stands. */
import { Pencil, UserRound } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { Button as Pressable, Tooltip, TooltipTrigger } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { useMe } from '../app/session'
import { moment, whole } from '../app/time'
import { useKeyOf } from '../keyboard/useAct'
import { Button } from '../ui/Button'
import { TextField } from '../ui/Field'
import { Avatar, Badge } from '../ui/Marks'
import styles from './Facts.module.css'
import { priorityTone, statusTone } from './tones'
import { Tags } from './Tags'
import type { Priority, Ticket } from './ticket'
import type { Asking } from './useTicketActs'
import type { Wishes } from './wishes'

interface Props {
  ticket: Ticket
  wishes: Wishes
  asking: Asking | null
  onAsk: (what: Asking | null) => void
}

export function Facts({ ticket, wishes, asking, onAsk }: Props) {
  const { t, i18n } = useTranslation(['ticket', 'common'])
  const me = useMe()
  const actions = ticket.allowed_actions
  const changes = actions.includes('change')
  const [take, release, transfer] = (['take', 'release', 'transfer'] as const).map((act) => actions.includes(act))
  const { assignee, category, skill } = ticket
  const ask = (what: Asking) => () => { onAsk(what) }
  return (
    <>
      <Subject ticket={ticket} wishes={wishes} open={asking === 'subject'} onOpen={(open) => { onAsk(open ? 'subject' : null) }} />
      <dl className={styles.facts}>
        <Fact name={t('field.status')}>
          <Value act="ticket.status" field={t('field.status')} onPress={ticket.allowed_statuses.length > 0 ? ask('status') : undefined}>
            <Badge tone={statusTone(ticket.status)}>{t(`common:status.${ticket.status}`)}</Badge>
          </Value>
        </Fact>
        <Fact name={t('field.priority')}>
          <Value act="ticket.priority" field={t('field.priority')} onPress={changes ? ask('priority') : undefined}>
            <Badge tone={priorityTone(ticket.priority)}>{t(`common:priority.${ticket.priority as Priority}`)}</Badge>
          </Value>
        </Fact>
        <Fact name={t('field.assignee')}>
          <Value act="ticket.assign" field={t('field.assignee')} onPress={take || release || transfer || actions.includes('reassign') ? ask('assign') : undefined}>
            {assignee === null ? <><UserRound aria-hidden /><span className={styles.faint}>{t('nobody')}</span></> : (
              <><Avatar name={assignee.name} small /><span>{assignee.id === me.id ? t('me', { name: assignee.name }) : assignee.name}</span></>
            )}
          </Value>
        </Fact>
        <Fact name={t('field.category')}>
          <Value act="ticket.category" field={t('field.category')} onPress={changes ? ask('category') : undefined}>
            {category === null ? <span className={styles.faint}>{t('none')}</span> : category.name}
          </Value>
        </Fact>
        {skill === null ? null : <Fact name={t('field.skill')}><span className={styles.still}>{skill.name}</span></Fact>}
        <Fact name={t('field.tags')}>
          <Tags tags={ticket.tags} editable={changes} typing={asking === 'tags'} onTyping={(typing) => { onAsk(typing ? 'tags' : null) }}
            onChange={(tags) => { wishes.wish(ticket, { kind: 'change', fields: { tags } }) }} />
        </Fact>
        <Fact name={t('field.opened')}>
          <span className={styles.plain}><time dateTime={ticket.created_at} title={whole(ticket.created_at, i18n.language)}>
            {moment(ticket.created_at, i18n.language)}
          </time> · {t(`channel.${ticket.channel}`)}</span>
        </Fact>
      </dl>
      {take || release ? (
        <p className={styles.acts}>
          {take ? <Act id="ticket.take" look="primary" busy={wishes.pending?.kind === 'take'} onPress={() => { wishes.wish(ticket, { kind: 'take', by: me }) }}>{t('take')}</Act> : null}
          {release ? <Act id="ticket.release" busy={wishes.pending?.kind === 'release'} onPress={() => { wishes.wish(ticket, { kind: 'release' }) }}>{t('act.release')}</Act> : null}
        </p>
      ) : null}
    </>
  )
}

function Act({ id, look = 'usual', busy, onPress, children }: { id: string; look?: 'primary' | 'usual'; busy: boolean; onPress: () => void; children: string }) {
  const key = useKeyOf(id)
  return <Button small look={look} isPending={busy} onPress={onPress}>{children}{key === undefined ? null : <kbd className={styles.key} aria-hidden="true">{key}</kbd>}</Button>
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>
}

/** A value that opens what changes it; without a right to, it just stands there. */
function Value({ act, field, onPress, children }: { act: string; field: string; onPress: (() => void) | undefined; children: ReactNode }) {
  const { t } = useTranslation('ticket')
  const key = useKeyOf(act)
  if (onPress === undefined) return <span className={styles.still}>{children}</span>
  return (
    <TooltipTrigger delay={600}>
      <Pressable className={styles.value ?? ''} onPress={onPress}><span className="unseen">{t('edit', { field })}: </span>{children}</Pressable>
      <Tooltip className={styles.tooltip ?? ''} placement="left" offset={6}>{t('edit', { field })}{key === undefined ? null : <kbd>{key}</kbd>}</Tooltip>
    </TooltipTrigger>
  )
}

interface SubjectProps {
  ticket: Ticket
  wishes: Wishes
  open: boolean
  onOpen: (open: boolean) => void
}

function Subject({ ticket, wishes, open, onOpen }: SubjectProps) {
  const { t } = useTranslation('ticket')
  if (open) return <SubjectForm ticket={ticket} wishes={wishes} onClose={() => { onOpen(false) }} />
  if (!ticket.allowed_actions.includes('change')) return <p className={styles.subject}>{ticket.subject}</p>
  return (
    <Pressable className={styles.edit ?? ''} aria-label={`${t('edit', { field: t('field.subject') })}: ${ticket.subject}`} onPress={() => { onOpen(true) }}>
      <span>{ticket.subject}</span><Pencil aria-hidden />
    </Pressable>
  )
}

/** What is typed is about the ticket as it was when one began; others' changes are told and do not touch it. */
function SubjectForm({ ticket, wishes, onClose }: { ticket: Ticket; wishes: Wishes; onClose: () => void }) {
  const { t } = useTranslation('ticket')
  const [seen] = useState(ticket)
  const [text, setText] = useState(ticket.subject)
  const lost = !ticket.allowed_actions.includes('change')
  const save = () => {
    const subject = text.trim()
    if (lost) return
    if (subject !== '' && subject !== seen.subject) wishes.wish(seen, { kind: 'change', fields: { subject } })
    if (subject !== '') onClose()
  }
  const steer = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.nativeEvent.isComposing) save()
    else if (event.key === 'Escape') onClose()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <form className={styles.form} onSubmit={(event) => { event.preventDefault(); save() }}>
      <TextField label={t('field.subject')} unlabelled autoFocus value={text} onChange={setText} maxLength={200} onKeyDown={steer} />
      {ticket.subject === seen.subject ? null : <p className={styles.meanwhile} role="status">{t('meanwhile', { who: t('clash.somebody'), value: ticket.subject })}</p>}
      {lost ? <p className={styles.meanwhile} role="alert">{t('lost')}</p> : null}
      <p className={styles.acts}>
        <Button small look="primary" isDisabled={lost || text.trim() === ''} onPress={save}>{t('save')}</Button>
        <Button small look="quiet" onPress={onClose}>{t('cancel')}</Button>
      </p>
    </form>
  )
}
