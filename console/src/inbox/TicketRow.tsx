/** One ticket in a list. Cheap: it is drawn again only where something of it changed, and its clocks only where their text does. */
import { ChevronDown, ChevronsUp, ChevronUp, Code, CornerUpLeft, Eye, Globe, type LucideIcon, MessageCircle, Paperclip, StickyNote } from 'lucide-react'
import { memo, type MouseEvent } from 'react'
import { useTranslation } from 'react-i18next'

import type { components } from '../api/schema'
import { useClock } from '../app/clock'
import { ago, whole } from '../app/time'
import { Avatar } from '../ui/Marks'
import { Chip } from './Chip'
import type { Row } from './rows'
import styles from './TicketRow.module.css'
import { useCompany } from './useList'

type Draft = components['schemas']['DraftBrief']
const CHANNELS: Record<Row['channel'], LucideIcon> = { web: Globe, chat: MessageCircle, api: Code }
const PRIORITIES: Record<string, LucideIcon> = { urgent: ChevronsUp, high: ChevronUp, low: ChevronDown }
const FACES = 2
const MOST_UNREAD = 99

export const ID = 'ticket-' // what the id of its element begins with
export const ROW = 88 // pixels, as the style sheet has it

interface Props {
  row: Row
  place: number
  of: number
  top: number
  chosen: boolean
  marked: boolean
  /** Whether marks are shown though nobody points at the row. */
  marking: boolean
  /** What a bulk act was answered. */
  refused: string | undefined
  draft: Draft | undefined
  unsent: boolean
  /** All tickets of the list are the reader's own: whose they are need not be said. */
  own: boolean
  onChoose: (id: string) => void
  onMark: (id: string, upTo: boolean) => void
}

export const TicketRow = memo(function TicketRow(props: Props) {
  const { row, place, of, top, chosen, marked, marking, own, onChoose, onMark } = props
  const { t } = useTranslation()
  const Channel = CHANNELS[row.channel]
  const Priority = PRIORITIES[row.priority]
  const mark = (event: MouseEvent) => {
    event.stopPropagation()
    onMark(row.id, event.shiftKey)
  }
  return (
    <div id={`${ID}${row.id}`} role="option" aria-selected={chosen} aria-checked={marked} aria-posinset={place + 1} aria-setsize={of}
      className={styles.row} style={{ top }} data-unread={row.unread > 0} data-marked={marked} data-marking={marking}
      onClick={(event) => { if (event.shiftKey || event.ctrlKey || event.metaKey) mark(event); else onChoose(row.id) }}>
      <span className={styles.face} onClick={mark}>
        <Avatar name={row.customer.name} />
        <span className={styles.check} aria-hidden="true" />
      </span>
      <span className={styles.part}>
        <span className={styles.customer}><Channel aria-hidden /><span dir="auto">{row.customer.name}</span></span><Chip sla={row.sla} /><Time row={row} />
      </span>
      <span className={styles.part}>
        <span className={styles.subject} dir="auto">{row.subject}</span>
        {row.unread > 0 ? (
          <span className={styles.unread}>
            <span aria-hidden="true">{row.unread > MOST_UNREAD ? `${MOST_UNREAD}+` : row.unread}</span>
            <span className="unseen">{t('list.unread', { count: row.unread })}</span>
          </span>
        ) : null}
      </span>
      <span className={styles.part}>
        <Line {...props} />
        <span className={styles.marks}>
          <Viewers ticket={row.id} />
          {Priority === undefined ? null : (
            <span className={styles.priority} data-priority={row.priority} title={t(`priority.${row.priority as 'high'}`)}>
              <Priority aria-hidden /><span className="unseen">{t(`priority.${row.priority as 'high'}`)}</span>
            </span>
          )}
          {own ? null : row.assignee === null ? <span className={styles.nobody} title={t('list.nobody')}><span className="unseen">{t('list.nobody')}</span></span>
            : <span title={row.assignee.name}><Avatar small name={row.assignee.name} /><span className="unseen">{row.assignee.name}</span></span>}
        </span>
      </span>
    </div>
  )
})

function Time({ row }: { row: Row }) {
  const { i18n } = useTranslation()
  const at = row.last?.at ?? row.updated_at
  const text = useClock((now) => ago(at, now, i18n.language))
  return <time dateTime={at} title={whole(at, i18n.language)}>{text}</time>
}

/** What counts most of: a refusal, who types, what was not sent, a draft, what was said last. */
function Line({ row, refused, draft, unsent }: Props) {
  const { t } = useTranslation()
  const [somebody] = useCompany(row.id).typing
  if (refused !== undefined) return <span className={styles.line} data-kind="wrong">{refused}</span>
  if (somebody !== undefined) return <span className={styles.line} data-kind="typing">{t('list.typing', { name: somebody.user.name })}<i className={styles.dots} aria-hidden="true" /></span>
  if (unsent) return <span className={styles.line} data-kind="wrong"><b>{t('list.unsent')}</b></span>
  if (draft !== undefined) return <span className={styles.line} data-kind="draft"><b>{t(draft.internal ? 'list.draftNote' : 'list.draft')}</b> {draft.text}</span>
  const last = row.last
  if (last === null || last === undefined) return <span className={styles.line} />
  const text = last.deleted ? t('list.deleted') : last.text.trim() !== '' ? last.text : t('list.files', { count: last.attachments })
  return (
    <span className={styles.line} data-kind={last.internal ? 'note' : last.deleted ? 'deleted' : 'said'}>
      {last.internal ? <><StickyNote aria-hidden /><span className="unseen">{t('list.note')} </span></> : last.staff ? <><CornerUpLeft aria-hidden /><span className="unseen">{t('list.answered')} </span></> : null}
      {last.attachments > 0 && !last.deleted ? <Paperclip aria-hidden /> : null}
      <span dir="auto">{text}</span>
    </span>
  )
}

function Viewers({ ticket }: { ticket: string }) {
  const { t } = useTranslation()
  const { viewing } = useCompany(ticket)
  if (viewing.length === 0) return null
  const names = viewing.map(({ name }) => name).join(', ')
  return (
    <span className={styles.viewers} title={t('list.viewing', { names })}>
      <Eye aria-hidden /><span className="unseen">{t('list.viewing', { names })}</span>
      {viewing.slice(0, FACES).map(({ id, name }) => <Avatar key={id ?? name} small name={name} />)}
      {viewing.length > FACES ? <span aria-hidden="true">+{viewing.length - FACES}</span> : null}
    </span>
  )
}

/** A place whose ticket is on its way. */
export function Blank({ top }: { top: number }) {
  return <div className={styles.blank} style={{ top }} role="presentation"><i /><span><b /><b /><b /></span></div>
}
