/** One conversation: what was said, upward as far as one scrolls, and what is being said. */
import { ArrowDown, ArrowLeft } from 'lucide-react'
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { useLive, useMe, useWatched } from '../app/session'
import { Failure, Loading } from '../app/States'
import { useTicket } from '../inbox/Inbox'
import type { View } from '../realtime/rooms'
import { settled } from '../realtime/settled'
import { Composer } from './Composer'
import styles from './Conversation.module.css'
import { Entries } from './Entries'

const NEAR = 80 // pixels from an edge
const NOTHING: View = { state: 'opening', entries: [], earlier: false, loading: true, reads: new Map() }

interface Props {
  ticket: string
  /** What stands above it, instead of subject and number. */
  head?: ReactNode
}

export function Conversation({ ticket, head }: Props) {
  const { t } = useTranslation()
  const view = useView(ticket)
  const detail = useTicket(ticket)
  const live = useLive()
  const me = useMe()
  const all = useWatched(live.unsent)
  const entries = useMemo(() => settled(view.entries), [view.entries])
  const unsent = useMemo(() => {
    const here = new Set(entries.map((entry) => (entry.kind === 'message' ? entry.client_id : null)))
    return all.filter((message) => message.ticket === ticket && !here.has(message.clientId))
  }, [all, entries, ticket])
  const last = entries.at(-1)?.seq ?? 0
  useEffect(() => {
    if (last > 0 && document.visibilityState === 'visible') void live.read(ticket, last)
  }, [live, ticket, last])

  if (view.state === 'gone') return <Failure text={t('error.gone')} />
  if (view.state === 'failed') return <Failure text={t('conversation.failed')} again={() => { live.line.wake() }} />
  return (
    <article className={styles.conversation} aria-label={t('conversation.label')}>
      {head ?? (
        <header className={styles.head}>
          <Link to="/" className={styles.back ?? ''} aria-label={t('ticket.back')}><ArrowLeft aria-hidden /></Link>
          <h1>{detail.data?.subject ?? ' '}</h1>
          <span className={styles.number}>{detail.data?.number}</span>
        </header>
      )}
      <Scroller view={view} onTop={() => void live.rooms.loadEarlier(ticket)} bottom={unsent.length + last}>
        {view.state === 'opening' ? <Loading /> : <Entries entries={entries} unsent={unsent} reads={view.reads} me={me.id} />}
      </Scroller>
      <Composer ticket={ticket} customer={detail.data?.customer.name ?? ''} />
    </article>
  )
}

function useView(ticket: string): View {
  const { rooms } = useLive()
  const watch = useCallback((changed: () => void) => rooms.watch(ticket, changed), [rooms, ticket])
  return useSyncExternalStore(watch, () => rooms.view(ticket) ?? NOTHING)
}

/** Stays at the end while one is there, and where one reads when something comes in above or below. */
function Scroller({ view, bottom, onTop, children }: { view: View; bottom: number; onTop: () => void; children: React.ReactNode }) {
  const { t } = useTranslation()
  const place = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const fromEnd = useRef(0)
  const first = view.entries[0]?.seq
  useLayoutEffect(() => {
    const box = place.current
    if (box !== null && atEnd) box.scrollTop = box.scrollHeight
  }, [bottom, atEnd])
  useLayoutEffect(() => {
    const box = place.current
    if (box !== null && !atEnd) box.scrollTop = box.scrollHeight - fromEnd.current
    // Only when earlier entries came in above.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [first])
  const scrolled = () => {
    const box = place.current
    if (box === null) return
    fromEnd.current = box.scrollHeight - box.scrollTop
    setAtEnd(fromEnd.current - box.clientHeight < NEAR)
    if (box.scrollTop < NEAR && view.earlier && !view.loading) onTop()
  }
  return (
    <div className={styles.frame}>
      <div ref={place} className={styles.scroller} onScroll={scrolled} tabIndex={0} role="log" aria-label={t('conversation.label')}>
        {view.earlier ? <p className={styles.earlier}>{t('conversation.earlier')}…</p> : null}
        {children}
      </div>
      {atEnd ? null : (
        <Button className={styles.end ?? ''} aria-label={t('conversation.end')} onPress={() => { setAtEnd(true) }}><ArrowDown aria-hidden /></Button>
      )}
    </div>
  )
}
