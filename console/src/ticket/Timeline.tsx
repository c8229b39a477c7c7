/** What was done with the ticket, the last first; what was said stands in the conversation. */
import { useInfiniteQuery } from '@tanstack/react-query'
import { ArrowRightLeft, CircleDot, Flag, PencilLine, Sparkles } from 'lucide-react'
import type { TFunction } from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useApi } from '../app/session'
import { Failure } from '../app/States'
import { moment, whole } from '../app/time'
import { Button } from '../ui/Button'
import { Choose } from '../ui/Choose'
import { escalation, type Happening, happenings, type Kind, kindOf, KINDS, tagsChanged } from './history'
import { beside, type Priority, type Status, type Ticket } from './ticket'
import styles from './Timeline.module.css'

const ICONS = { status: CircleDot, assignment: ArrowRightLeft, change: PencilLine, sla: Flag } as const

export function Timeline({ ticket }: { ticket: Ticket }) {
  const { t, i18n } = useTranslation(['ticket', 'common'])
  const api = useApi()
  const [kind, setKind] = useState<Kind | 'all'>('all')
  const asked = useInfiniteQuery({
    queryKey: beside.history(ticket.id),
    initialPageParam: null as number | null,
    queryFn: ({ pageParam }) => happenings(api, ticket.id, pageParam),
    getNextPageParam: (page) => (page.more ? page.entries.at(-1)?.seq ?? null : null),
  })
  if (asked.isError) return <Failure text={t('timeline.failed')} again={() => void asked.refetch()} />
  if (asked.data === undefined) return <p className={styles.none}>{t('loading')}</p>
  const shown = asked.data.pages.flatMap((page) => page.entries).filter((entry) => kind === 'all' || kindOf(entry) === kind)
  const when = (time: string) => (
    <time dateTime={time} title={whole(time, i18n.language)}>{moment(time, i18n.language)}</time>
  )
  return (
    <>
      <Choose label={t('timeline.filter')} unlabelled value={kind} onChange={setKind}
        options={(['all', ...KINDS] as const).map((value) => ({ value, label: t(`timeline.${value}`) }))} />
      <ol className={styles.list}>
        {shown.map((entry) => {
          const Icon = ICONS[kindOf(entry)]
          return <li key={entry.seq} data-kind={kindOf(entry)}><Icon aria-hidden /><div><p>{story(t, entry)}</p>{when(entry.created_at)}</div></li>
        })}
        {kind === 'all' && !asked.hasNextPage ? <li><Sparkles aria-hidden /><div><p>{t('timeline.opened', { who: ticket.customer.name })}</p>{when(ticket.created_at)}</div></li> : null}
      </ol>
      {shown.length === 0 && kind !== 'all' ? <p className={styles.none}>{t('timeline.none')}</p> : null}
      {asked.hasNextPage ? <Button small look="quiet" isPending={asked.isFetchingNextPage} onPress={() => void asked.fetchNextPage()}>{t('timeline.older')}</Button> : null}
    </>
  )
}

type Say = TFunction<['ticket', 'common']>

function story(t: Say, entry: Happening): string {
  const who = entry.sender.name === '' ? t('timeline.house') : entry.sender.name
  if (entry.kind === 'assignment') {
    if (entry.assignee === null) return t('timeline.queued', { who })
    return entry.assignee.id === entry.sender.id ? t('timeline.took', { who }) : t('timeline.gave', { who, whom: entry.assignee.name })
  }
  if (entry.kind === 'status') {
    return t('timeline.became', { who, from: t(`common:status.${entry.from as Status}`), to: t(`common:status.${entry.to as Status}`) })
  }
  return changed(t, who, entry.field, entry.before, entry.after)
}

function changed(t: Say, who: string, field: string, from: unknown, to: unknown): string {
  if (field === 'escalation') {
    const found = escalation(to)
    return found === null ? t('timeline.other', { who, field }) : t('timeline.escalated', {
      clock: t(`common:clock.${found.clock as 'resolution'}`), level: String(found.level), priority: t(`common:priority.${found.priority as Priority}`) })
  }
  if (field === 'tags') {
    const { added, removed } = tagsChanged(from, to)
    if (removed.length === 0) return t('timeline.added', { who, what: added.join(', ') })
    if (added.length === 0) return t('timeline.removed', { who, what: removed.join(', ') })
    return t('timeline.both', { who, added: added.join(', '), removed: removed.join(', ') })
  }
  if (field === 'skill') return t('timeline.sent', { who, skill: typeof to === 'string' ? to : t('none') })
  const name = (value: unknown) => (typeof value !== 'string' ? t('none') : field === 'priority' ? t(`common:priority.${value as Priority}`) : `“${value}”`)
  const known = (['subject', 'priority', 'category'] as const).find((one) => one === field)
  return t('timeline.changed', { who, field: known === undefined ? field : t(`field.${known}`), from: name(from), to: name(to) })
}
