/** Tells of new tickets and of what customers write, and counts what is unread. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

import { data } from '../../api/client'
import { keys } from '../../api/keys'
import { choice, keepChoice } from '../../inbox/kept'
import { complain, say } from '../../ui/Toasts'
import { useApi, useLive, useMe } from '../session'
import { wearBadge } from './badge'
import { Arrivals, claim, type Notice, ofEntry, ofFrame } from './notice'
import { prefer, preferences } from './preferences'
import { ring } from './ring'

const wait = (milliseconds: number) => new Promise<void>((resolve) => { setTimeout(resolve, milliseconds) })
const isSeen = () => document.visibilityState === 'visible' && document.hasFocus()

/** What is unread in one's own tickets, while it keeps watch. */
export function useNotices(): number {
  const mine = useMine()
  const unread = (mine ?? []).reduce((sum, ticket) => sum + ticket.unread, 0)
  useEffect(() => wearBadge(unread), [unread])
  useTelling()
  return unread
}

function useMine() {
  const api = useApi()
  const live = useLive()
  const me = useMe()
  const cache = useQueryClient()
  const mine = useQuery({ queryKey: keys.mine, queryFn: () => data(api.GET('/api/v1/agents/me/tickets/')) }).data
  useEffect(() => {
    if (mine !== undefined) live.ears.set(mine)
  }, [live, mine])
  useEffect(() => {
    const old = () => void cache.invalidateQueries({ queryKey: keys.mine })
    const ends = [live.overhear(old), live.listen((frame) => {
      const concerns = frame.type === 'ticket-assigned' ? frame.assignee.id === me.id || frame.previous === me.id
        : frame.type === 'ticket-updated' ? live.ears.has(frame.ticket) : frame.type === 'read' && frame.user.id === me.id
      if (concerns) old()
    })]
    return () => { for (const end of ends) end() }
  }, [live, me.id, cache])
  return mine
}

function useTelling(): void {
  const { t } = useTranslation()
  const live = useLive()
  const me = useMe()
  const cache = useQueryClient()
  const go = useNavigate()
  useEffect(() => {
    const arrivals = new Arrivals()
    const list = () => {
      keepChoice({ ...choice(), view: 'mine', filters: {} })
      void go('/')
    }
    const tell = async (notice: Notice, isOld = () => false) => {
      const seen = isSeen()
      if (!(await claim(notice, seen, { locks: navigator.locks, wait })) || isOld()) return
      const open = () => void go(`/tickets/${notice.ticket}`)
      const looksAtIt = seen && location.pathname === `/tickets/${notice.ticket}`
      if (looksAtIt || (seen && notice.kind === 'message')) return
      const assigned = (count: number) => t('notices.assigned', { count, number: notice.about })
      const text = notice.kind === 'assigned' ? assigned(1) : t('notices.message', { who: notice.about })
      if (preferences.get().sound) void ring()
      if (seen) {
        arrivals.add(notice.ticket, (count) => say(assigned(count), count === 1 ? { label: t('notices.open'), run: open } : { label: t('notices.list'), run: list }))
      } else if (preferences.get().desktop && !shown(text, subjectOf(cache.getQueryData(keys.mine), notice.ticket), notice.key, open)) {
        prefer({ desktop: false })
        complain(t('notices.missing'))
      }
    }
    const ends = [
      live.listen((frame) => { const notice = ofFrame(frame, me.id); if (notice !== null) void tell(notice) }),
      live.overhear((ticket, entry) => {
        const notice = ofEntry(ticket, entry)
        if (notice !== null) void tell(notice, () => live.hasRead(ticket, entry.seq)) // heard late, after it was read
      }),
    ]
    return () => { for (const end of ends) end() }
  }, [live, me.id, cache, go, t])
}

type Mine = readonly { readonly id: string; readonly subject: string }[]

function subjectOf(mine: unknown, ticket: string): string {
  return (mine as Mine | undefined)?.find(({ id }) => id === ticket)?.subject ?? ''
}

/** What was written is not shown: a screen may be seen by others. False where the browser has notifications and shows none of a page. */
function shown(title: string, body: string, tag: string, open: () => void): boolean {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return true // the switch is off, and says so
  try {
    const notification = new Notification(title, { body, tag })
    notification.onclick = () => {
      window.focus()
      open()
      notification.close()
    }
    return true
  } catch {
    return false // Chrome on Android has the constructor and refuses it
  }
}
