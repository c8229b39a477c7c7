import { Check, CheckCheck, Clock3, CircleAlert } from 'lucide-react'
import { Fragment } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { useLive } from '../app/session'
import { clock, day, whole } from '../app/time'
import type { Entry, EntryOf } from '../realtime/frames'
import type { Unsent } from '../realtime/unsent'
import styles from './Entries.module.css'

type Message = EntryOf<'message'>
const TOGETHER = 5 * 60_000 // milliseconds in which one's messages stand under one name

interface Props {
  entries: readonly Entry[]
  unsent: readonly Unsent[]
  reads: ReadonlyMap<string, number>
  me: string
}

export function Entries({ entries, unsent, reads, me }: Props) {
  const { i18n } = useTranslation()
  const readTo = Math.max(0, ...[...reads].filter(([user]) => user !== me).map(([, seq]) => seq))
  return (
    <ol className={styles.entries}>
      {entries.map((entry, index) => {
        const before = entries[index - 1]
        const today = day(entry.created_at, i18n.language)
        return (
          <Fragment key={entry.seq}>
            {before !== undefined && day(before.created_at, i18n.language) === today ? null : <li className={styles.day}><span>{today}</span></li>}
            {entry.kind === 'message' ? <Said message={entry} own={entry.sender.id === me} joined={joins(before, entry)} read={entry.seq <= readTo} />
              : <Happened entry={entry} />}
          </Fragment>
        )
      })}
      {unsent.map((message) => <Unstored key={message.clientId} message={message} />)}
    </ol>
  )
}

function joins(before: Entry | undefined, message: Message): boolean {
  return before?.kind === 'message' && before.sender.id === message.sender.id && before.internal === message.internal
    && Date.parse(message.created_at) - Date.parse(before.created_at) < TOGETHER
}

function Said({ message, own, joined, read }: { message: Message; own: boolean; joined: boolean; read: boolean }) {
  const { t, i18n } = useTranslation()
  const gone = message.deleted_at !== null
  return (
    <li className={styles.said} data-side={message.sender.staff ? 'ours' : 'theirs'} data-note={message.internal} data-joined={joined}>
      {joined ? null : (
        <p className={styles.who}>
          <b>{own ? t('conversation.you') : message.sender.name}</b>
          {message.internal ? <span className={styles.tag}>{t('conversation.note')}</span> : null}
        </p>
      )}
      <div className={styles.bubble}>
        {gone ? <p className={styles.gone}>{t('conversation.deleted')}</p> : <p className={styles.text}>{message.text}</p>}
        {message.attachments.length === 0 ? null : <Files message={message} />}
        <p className={styles.foot}>
          <time dateTime={message.created_at} title={whole(message.created_at, i18n.language)}>{clock(message.created_at, i18n.language)}</time>
          {message.edited_at === null || gone ? null : <span>{t('conversation.edited')}</span>}
          {own ? read ? <CheckCheck aria-label={t('conversation.read')} /> : <Check aria-hidden /> : null}
        </p>
      </div>
    </li>
  )
}

function Files({ message }: { message: Message }) {
  return (
    <ul className={styles.files}>
      {message.attachments.map((file) => (
        <li key={file.id}>
          <a href={file.url} target="_blank" rel="noreferrer">
            {file.thumbnail === null ? file.name : <img src={file.thumbnail} alt={file.name} loading="lazy" />}
          </a>
        </li>
      ))}
    </ul>
  )
}

function Unstored({ message }: { message: Unsent }) {
  const { t } = useTranslation()
  const { sender, line } = useLive()
  const { refusal } = message
  return (
    <li className={styles.said} data-side="ours" data-note={message.internal} data-unsent>
      <div className={styles.bubble}>
        <p className={styles.text}>{message.text}</p>
        <p className={styles.foot} role="status">
          {refusal === null ? <><Clock3 aria-hidden /><span>{t(line.state.name === 'ready' ? 'conversation.sending' : 'conversation.waiting')}</span></> : (
            <>
              <CircleAlert aria-hidden /><span className={styles.refused}>{t('conversation.refused', { reason: refusal.message })}</span>
              <Button className={styles.act ?? ''} onPress={() => void sender.retry(message)}>{t('conversation.again')}</Button>
              <Button className={styles.act ?? ''} onPress={() => void sender.discard(message)}>{t('conversation.discard')}</Button>
            </>
          )}
        </p>
      </div>
    </li>
  )
}

function Happened({ entry }: { entry: Exclude<Entry, Message> }) {
  const { i18n } = useTranslation()
  return (
    <li className={styles.happened}>
      <span>{useStory(entry)}</span> <time dateTime={entry.created_at} title={whole(entry.created_at, i18n.language)}>{clock(entry.created_at, i18n.language)}</time>
    </li>
  )
}

function useStory(entry: Exclude<Entry, Message>): string {
  const { t } = useTranslation()
  const who = entry.sender.name === '' ? t('conversation.house') : entry.sender.name
  switch (entry.kind) {
    case 'assignment':
      if (entry.assignee === null) return t('conversation.released', { who })
      return entry.assignee.id === entry.sender.id ? t('conversation.assignedSelf', { who }) : t('conversation.assigned', { who, whom: entry.assignee.name })
    case 'status':
      return t('conversation.became', { who, status: t(`status.${entry.to as 'queued'}`) })
    case 'change':
      return t('conversation.changed', { who, what: entry.field })
    case 'edit':
      return t('conversation.wasEdited', { who })
    case 'deletion':
      return t('conversation.wasDeleted', { who })
  }
}
