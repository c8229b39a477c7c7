/** What happened between the messages, in plain words: the staff's, or the customer's, who is told what concerns them. */
import { ArrowRightLeft, CircleDot, SlidersHorizontal } from 'lucide-react'
import type { TFunction } from 'i18next'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import { clock, whole } from '../app/time'
import type { Areas } from '../i18n'
import type { Message, Shown } from './blocks'
import styles from './Entries.module.css'

type Event = Exclude<Shown, Message>
const ICONS = { assignment: ArrowRightLeft, status: CircleDot, change: SlidersHorizontal }

export const Happened = memo(function Happened({ entry, staff }: { entry: Event; staff: boolean }) {
  const { t, i18n } = useTranslation()
  const Icon = ICONS[entry.kind]
  const told = staff ? story(entry, t) : news(entry, t)
  if (told === null) return null
  return (
    <p className={styles.happened}>
      <Icon aria-hidden />
      <span>{told}</span>
      <time dateTime={entry.created_at} title={whole(entry.created_at, i18n.language)}>{clock(entry.created_at, i18n.language)}</time>
    </p>
  )
})

export function story(entry: Event, t: TFunction): string {
  const who = entry.sender.name === '' ? t('conversation.house') : entry.sender.name
  switch (entry.kind) {
    case 'assignment':
      if (entry.assignee === null) return t('conversation.released', { who })
      return entry.assignee.id === entry.sender.id ? t('conversation.assignedSelf', { who }) : t('conversation.assigned', { who, whom: entry.assignee.name })
    case 'status':
      return t('conversation.became', { who, status: named(t, 'status', entry.to) })
    case 'change':
      return changed(entry, who, t)
  }
}

/** The same for the customer; null for what is no news to them. */
export function news(entry: Event, t: TFunction): string | null {
  if (entry.kind === 'assignment') return entry.assignee === null ? null : t('conversation.answers', { who: entry.assignee.name })
  if (entry.kind !== 'status') return null
  if (entry.to === 'resolved') return t('conversation.solved')
  if (entry.to === 'closed') return t('conversation.finished')
  return entry.from === 'resolved' ? t('conversation.reopened') : null
}

function changed({ field, before: from, after: to }: Extract<Event, { kind: 'change' }>, who: string, t: TFunction): string {
  const what = named(t, 'field', field)
  if (field === 'escalation') return escalated(to, t)
  const [before, after] = [shown(field, from, t), shown(field, to, t)]
  if (after === '') return before === '' ? t('conversation.changed', { who, what }) : t('conversation.cleared', { who, what, before })
  return before === '' ? t('conversation.set', { who, what, after }) : t('conversation.changedTo', { who, what, before, after })
}

function escalated(to: unknown, t: TFunction): string {
  const { level = 1, priority = '' } = (to ?? {}) as { level?: number; priority?: string }
  return t('conversation.escalated', { level: String(level), priority: named(t, 'priority', priority) })
}

function shown(field: string, value: unknown, t: TFunction): string {
  if (Array.isArray(value)) return value.map(String).join(', ')
  if (typeof value === 'object' && value !== null) return 'name' in value && typeof value.name === 'string' ? value.name : ''
  if (typeof value !== 'string' && typeof value !== 'number') return ''
  return field === 'priority' ? named(t, 'priority', String(value)) : String(value)
}

type Texts = Areas['common']
type Named = { [Group in 'status' | 'field' | 'priority']: `${Group}.${keyof Texts[Group] & string}` }['status' | 'field' | 'priority']

/** The catalogue's word for something of the API; as the API says it, where the catalogue has none. */
function named(t: TFunction, group: 'status' | 'field' | 'priority', name: string): string {
  return t(`${group}.${name}` as Named, { defaultValue: name })
}
