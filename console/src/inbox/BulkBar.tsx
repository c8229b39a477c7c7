/** Instead of the head where rows are marked: what can be done with all of them, each by itself, with a result in its row. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleDot, Forward, Hand, Undo2, UserPlus, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { keys } from '../api/keys'
import { useApi, useMay } from '../app/session'
import type { Act as Offered } from '../keyboard/registry'
import { heard, useAct } from '../keyboard/useAct'
import { IconButton } from '../ui/Button'
import { Menu, MenuAct } from '../ui/Menu'
import { complain, say } from '../ui/Toasts'
import { onEach } from './bulk'
import styles from './BulkBar.module.css'

type Act = (ticket: string) => Promise<unknown>
const OVER_THE_PAGE = '[role="dialog"], [role="menu"]'
const STATUSES = ['in_progress', 'pending', 'resolved', 'closed'] as const

interface Props {
  marked: ReadonlySet<string>
  /** Unmarks those that are done, and shows what was said against the others. */
  onDone: (refusals: ReadonlyMap<string, string>) => void
  onClear: () => void
}

export function BulkBar({ marked, onDone, onClear }: Props) {
  const { t } = useTranslation()
  const api = useApi()
  const cache = useQueryClient()
  const [done, setDone] = useState<number | null>(null) // of those that are under way
  const busy = done !== null
  const may = {
    take: useMay('tickets.take_ticket'), assign: useMay('tickets.reassign_ticket'), move: useMay('tickets.move_ticket'),
    release: useMay('tickets.release_ticket'), transfer: useMay('tickets.transfer_ticket'),
  }
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => data(api.GET('/api/v1/agents/')), enabled: may.assign }).data ?? []
  const skills = useQuery({ queryKey: ['skills'], queryFn: () => data(api.GET('/api/v1/skills/')), enabled: may.transfer }).data ?? []
  const of = (ticket: string) => ({ params: { path: { ticket } } })

  const run = async (act: Act) => {
    setDone(0)
    const outcomes = await onEach([...marked], act, () => { setDone((many) => (many ?? 0) + 1) }, t('bulk.unreachable'))
    setDone(null)
    const refusals = new Map(outcomes.flatMap(({ ticket, refused }) => (refused === null ? [] : [[ticket, refused] as const])))
    onDone(refusals)
    const well = outcomes.length - refusals.size
    if (refusals.size === 0) say(t('bulk.done', { count: well }))
    else complain(`${t('bulk.done', { count: well })} ${t('bulk.refused', { count: refusals.size })}`)
    await cache.invalidateQueries({ queryKey: keys.lists })
  }
  const start = (act: Act) => { void run(act) }
  const clearing: Offered = { id: 'bulk.clear', text: t('bulk.clear'), group: 'list', own: ['Escape'], possible: !busy, run: onClear }
  useAct(clearing)
  useEffect(() => {
    const leave = (event: KeyboardEvent) => { if (document.querySelector(OVER_THE_PAGE) === null) heard([clearing], event) }
    addEventListener('keydown', leave)
    return () => { removeEventListener('keydown', leave) }
  })

  return (
    <div className={styles.bar} role="toolbar" aria-label={t('bulk.label')}>
      <strong role="status">{busy ? t('bulk.busy', { done: String(done), of: String(marked.size) }) : t('bulk.marked', { count: marked.size })}</strong>
      {may.take ? <IconButton small label={t('bulk.take')} isDisabled={busy} onPress={() => { start((ticket) => api.POST('/api/v1/tickets/{ticket}/take/', { ...of(ticket), body: {} })) }}><Hand aria-hidden /></IconButton> : null}
      {may.assign ? (
        <Menu label={t('bulk.assign')} trigger={<IconButton small label={t('bulk.assign')} isDisabled={busy}><UserPlus aria-hidden /></IconButton>}>
          {agents.map(({ id, name }) => <MenuAct key={id} onAction={() => { start((ticket) => api.POST('/api/v1/tickets/{ticket}/reassign/', { ...of(ticket), body: { agent: id } })) }}>{name}</MenuAct>)}
        </Menu>
      ) : null}
      {may.move ? (
        <Menu label={t('bulk.status')} trigger={<IconButton small label={t('bulk.status')} isDisabled={busy}><CircleDot aria-hidden /></IconButton>}>
          {STATUSES.map((status) => <MenuAct key={status} onAction={() => { start((ticket) => api.POST('/api/v1/tickets/{ticket}/status/', { ...of(ticket), body: { status } })) }}>{t(`status.${status}`)}</MenuAct>)}
        </Menu>
      ) : null}
      {may.transfer ? (
        <Menu label={t('bulk.transfer')} trigger={<IconButton small label={t('bulk.transfer')} isDisabled={busy}><Forward aria-hidden /></IconButton>}>
          {skills.map(({ id, name }) => <MenuAct key={id} onAction={() => { start((ticket) => api.POST('/api/v1/tickets/{ticket}/transfer/', { ...of(ticket), body: { skill: id, note: '' } })) }}>{name}</MenuAct>)}
        </Menu>
      ) : null}
      {may.release ? <IconButton small label={t('bulk.release')} isDisabled={busy} onPress={() => { start((ticket) => api.POST('/api/v1/tickets/{ticket}/release/', { ...of(ticket), body: {} })) }}><Undo2 aria-hidden /></IconButton> : null}
      <IconButton small label={t('bulk.clear')} isDisabled={busy} onPress={onClear}><X aria-hidden /></IconButton>
    </div>
  )
}
