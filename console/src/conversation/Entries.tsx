/** What was said and what happened, in their order. */
import { Check, CheckCheck, Lock, MoreHorizontal } from 'lucide-react'
import { createContext, memo, type ReactNode, type RefObject, useContext } from 'react'
import { useTranslation } from 'react-i18next'

import { clock, day, whole } from '../app/time'
import type { Attachment, Person } from '../realtime/frames'
import { Avatar } from '../ui/Marks'
import { type Block, joins, type Message, sameDay } from './blocks'
import { EditMessage } from './EditMessage'
import styles from './Entries.module.css'
import { Attached } from './Files'
import { Happened } from './Happened'
import { Linked } from './Linked'

/** What entries need of the conversation that they stand in; it stays the same. */
export interface Surroundings {
  readonly me: string
  /** On whose side one is oneself. */
  readonly staff: boolean
  readonly menu: (message: Message, at: RefObject<HTMLElement>) => void
  readonly look: (picture: Attachment) => void
  readonly edited: () => void
}
const RECENT = 2 // blocks that are laid out at once, so that the end is where it is
const Around = createContext<Surroundings | null>(null)

function useAround(): Surroundings {
  const around = useContext(Around)
  if (around === null) throw new Error('an entry stands in a conversation')
  return around
}

interface Props {
  blocks: readonly Block[]
  around: Surroundings
  /** Above which entry one begins to be new. */
  newFrom: number | null
  /** Up to which number the other side has read. */
  readTo: number
  readers: (block: Block, index: number) => ReadonlyMap<number, readonly Person[]>
  editing: string | null
}

export function Entries({ blocks, around, newFrom, readTo, readers, editing }: Props) {
  return (
    <Around value={around}>
      {blocks.map((block, index) => {
        const [first, last] = [block.entries[0]?.seq ?? 0, block.entries.at(-1)?.seq ?? 0]
        return (
          <Part key={block.key} block={block} recent={index >= blocks.length - RECENT} newFrom={newFrom !== null && newFrom >= first && newFrom <= last ? newFrom : null}
            readTo={Math.min(readTo, last)} readers={readers(block, index)}
            editing={block.entries.some((entry) => entry.id === editing) ? editing : null} />
        )
      })}
    </Around>
  )
}

interface PartProps {
  block: Block
  recent: boolean
  newFrom: number | null
  readTo: number
  readers: ReadonlyMap<number, readonly Person[]>
  editing: string | null
}

const Part = memo(function Part({ block, recent, newFrom, readTo, readers, editing }: PartProps) {
  const { i18n } = useTranslation()
  const { staff } = useAround()
  return (
    <ol className={styles.block} data-block data-recent={recent}>
      {block.entries.map((entry, index) => {
        const before = index === 0 ? block.before : block.entries[index - 1]
        const others = readers.get(entry.seq)
        const isNew = entry.seq === newFrom
        return (
          <li key={entry.seq} data-seq={entry.seq} className={styles.entry}>
            {sameDay(before, entry) ? null : <p className={styles.day}><span>{day(entry.created_at, i18n.language)}</span></p>}
            {isNew ? <NewLine /> : null}
            {entry.kind === 'message' ? (
              <Said message={entry} joined={!isNew && joins(before, entry)} read={entry.seq <= readTo} editing={entry.id === editing} />
            ) : <Happened entry={entry} staff={staff} />}
            {others === undefined ? null : <Readers people={others} />}
          </li>
        )
      })}
    </ol>
  )
}, (one, other) => one.block === other.block && one.recent === other.recent && one.newFrom === other.newFrom && one.readTo === other.readTo && one.editing === other.editing
  && told(one.readers) === told(other.readers))

function told(readers: ReadonlyMap<number, readonly Person[]>): string {
  return [...readers].map(([seq, people]) => `${seq}:${people.map(({ id }) => id).join()}`).join(';')
}

function NewLine() {
  const { t } = useTranslation()
  return <p className={styles.new} data-new><span>{t('conversation.new')}</span></p>
}

function Readers({ people }: { people: readonly Person[] }) {
  const { t } = useTranslation()
  const names = people.map(({ name }) => name).join(', ')
  return (
    <p className={styles.readers} title={t('conversation.readBy', { who: names })}>
      <span className="unseen">{t('conversation.readBy', { who: names })}</span>
      {people.slice(0, 5).map((person) => <Avatar key={person.id ?? person.name} name={person.name} small />)}
      {people.length > 5 ? <span aria-hidden="true">+{people.length - 5}</span> : null}
    </p>
  )
}

/** The frame of a message, stored or not. */
export function Bubble({ name, face = name, ours, note, joined, time, at, state, marks, act, children }: {
  name: string; face?: string; ours: boolean; note: boolean; joined: boolean; time: string; at?: string; state?: string; marks?: ReactNode; act?: ReactNode; children: ReactNode
}) {
  const { t, i18n } = useTranslation()
  return (
    <article className={styles.said} data-side={ours ? 'ours' : 'theirs'} data-note={note} data-joined={joined} data-state={state}>
      {joined ? <time className={styles.aside} dateTime={at} aria-hidden="true">{time}</time> : <span className={styles.face}><Avatar name={face} /></span>}
      <div className={styles.body}>
        <header className={joined ? 'unseen' : styles.who}>
          <b>{name}</b>
          <time dateTime={at} title={at === undefined ? undefined : whole(at, i18n.language)}>{time}</time>
        </header>
        <div className={styles.bubble}>
          {note ? <p className={styles.only}><Lock aria-hidden /><b>{t('conversation.note')}</b><span>{t('conversation.noteFor')}</span></p> : null}
          {children}
          {marks === undefined || marks === null ? null : <p className={styles.marks}>{marks}</p>}
          {act}
        </div>
      </div>
    </article>
  )
}

const Said = memo(function Said({ message, joined, read, editing }: { message: Message; joined: boolean; read: boolean; editing: boolean }) {
  const { t, i18n } = useTranslation()
  const { me, staff, menu, look, edited } = useAround()
  const own = message.sender.id === me
  const gone = message.deleted_at !== null
  const changed = gone ? null : message.edited_at
  const marks = (own && !gone) || changed !== null ? (
    <>
      {changed !== null ? <span title={whole(changed, i18n.language)}>{t('conversation.edited')}</span> : null}
      {own && !gone && !message.internal ? read ? <CheckCheck data-read aria-label={t('conversation.read')} /> : <Check aria-label={t('conversation.stored')} /> : null}
    </>
  ) : null
  return (
    <Bubble name={own ? t('conversation.you') : message.sender.name} face={message.sender.name} ours={message.sender.staff === staff} note={message.internal} joined={joined}
      time={clock(message.created_at, i18n.language)} at={message.created_at} marks={marks}
      act={gone || editing ? null : (
        <button type="button" className={styles.more} aria-haspopup="menu" aria-label={t('message.more')} title={t('message.more')}
          onClick={(event) => { menu(message, { current: event.currentTarget }) }}><MoreHorizontal aria-hidden /></button>
      )}>
      {gone ? <p className={styles.gone}>{t('conversation.deleted')}</p>
        : editing ? <EditMessage message={message} onDone={edited} />
          : message.text === '' ? null : <p className={styles.text} dir="auto"><Linked text={message.text} /></p>}
      {message.attachments.length === 0 ? null : <Attached files={message.attachments} onLook={look} />}
    </Bubble>
  )
})
