/** A conversation without what stands around it: what was said, who is typing, and what one says oneself. Staff and customers have the same. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'

import { useLive, useMe, useWatched } from '../app/session'
import { Failure, Loading } from '../app/States'
import type { Attachment } from '../realtime/frames'
import type { Reader, View } from '../realtime/rooms'
import { settled } from '../realtime/settled'
import { blockMaker, type Block, countNew, firstNew, type Message, readersOf } from './blocks'
import { Typing } from './Company'
import { Composer } from './Composer'
import { Entries, type Surroundings } from './Entries'
import { isPicture } from './Files'
import { type Chosen, MessageMenu } from './MessageMenu'
import { Scroller } from './Scroller'
import styles from './Talk.module.css'
import { Gone, type Writing } from './Over'
import { Unstored } from './Unstored'
import { useFiles } from './useFiles'

const Viewer = lazy(() => import('./viewer/Viewer'))
const NOTHING: View = { state: 'opening', entries: [], earlier: false, loading: true, stuck: false, reads: new Map() }

interface Props {
  ticket: string
  /** Whom one writes to, if one knows. */
  toward: string
  /** Where one's next message goes, as the ticket says it. */
  writing?: Writing | undefined
}

export function Talk({ ticket, toward, writing = 'here' }: Props) {
  const { t } = useTranslation()
  const live = useLive()
  const me = useMe()
  const view = useView(ticket)
  const entries = useMemo(() => settled(view.entries), [view.entries])
  const [make] = useState(blockMaker)
  const blocks = useMemo(() => make(entries), [make, entries])
  const unsent = useUnsent(ticket, view)
  const files = useFiles()
  const visible = useVisible()
  const [atEnd, setAtEnd] = useState(true)
  const [editing, setEditing] = useState<string | null>(null)
  const [menu, setMenu] = useState<Chosen | null>(null)
  const [looked, setLooked] = useState<Attachment | null>(null)
  const place = useRef<HTMLDivElement>(null)
  const last = entries.at(-1)?.seq ?? 0
  const own = view.reads.get(me.id)?.seq ?? 0
  const mark = useMark(view.state === 'open', visible, own, last)
  const seen = useSeen(atEnd && visible, last)

  useEffect(() => (visible ? live.presence.look(ticket) : undefined), [live, ticket, visible])
  useEffect(() => {
    if (visible && atEnd && view.state === 'open' && last > own) void live.read(ticket, last)
  }, [live, ticket, visible, atEnd, view.state, last, own])
  const around = useMemo<Surroundings>(() => ({
    me: me.id, staff: me.staff, look: setLooked, edited: () => { setEditing(null) }, menu: (message, at) => { setMenu({ message, at }) },
  }), [me])
  const onEarlier = useCallback(() => void live.rooms.loadEarlier(ticket), [live, ticket])
  const editLast = () => {
    const found = entries.findLast((entry): entry is Message => entry.kind === 'message' && entry.sender.id === me.id && entry.deleted_at === null)
    if (found !== undefined) setEditing(found.id)
  }

  if (view.state === 'gone') return <Gone ticket={ticket} unsent={unsent} />
  if (view.state === 'failed') return <Failure text={t('conversation.failed')} again={() => { live.rooms.again(ticket) }} />
  return (
    <div ref={place} className={styles.talk}>
      <Scroller view={view} content={unsent} atEnd={atEnd} onAtEnd={setAtEnd} onEarlier={onEarlier} missed={atEnd ? 0 : countNew(entries, seen, me.id)}>
        {view.state === 'opening' ? <Loading /> : (
          <Entries blocks={blocks} around={around} newFrom={mark === null ? null : firstNew(entries, mark, me.id)} editing={editing}
            readTo={readByOthers(view.reads, me.staff)} readers={(block, index) => readersOf(block, blocks[index + 1], othersOf(view.reads, me), me.id)} />
        )}
        {view.state === 'open' && entries.length + unsent.length === 0 ? <p className={styles.empty}>{t('conversation.empty')}</p> : null}
        <ol>{unsent.map((message) => <Unstored key={message.clientId} message={message} files={files.filter(({ key }) => message.files.includes(key))} />)}</ol>
      </Scroller>
      <Typing ticket={ticket} />
      <Composer ticket={ticket} around={place} toward={toward} writing={writing} onEditLast={editLast} />
      <MessageMenu chosen={menu} onClose={() => { setMenu(null) }} onEdit={(message) => { setEditing(message.id) }} />
      {looked === null ? null : (
        <Suspense><Viewer pictures={picturesOf(blocks)} first={looked.id} onClose={() => { setLooked(null) }} /></Suspense>
      )}
    </div>
  )
}

function useView(ticket: string): View {
  const { rooms } = useLive()
  const watch = useCallback((changed: () => void) => rooms.watch(ticket, changed), [rooms, ticket])
  return useSyncExternalStore(watch, () => rooms.view(ticket) ?? NOTHING)
}

function useUnsent(ticket: string, view: View) {
  const all = useWatched(useLive().unsent)
  return useMemo(() => {
    const mine = all.filter((message) => message.ticket === ticket)
    const here = new Set(mine.length === 0 ? [] : view.entries.map((entry) => (entry.kind === 'message' ? entry.client_id : null)))
    return mine.filter((message) => !here.has(message.clientId))
  }, [all, view.entries, ticket])
}

function useVisible(): boolean {
  return useSyncExternalStore((changed) => {
    document.addEventListener('visibilitychange', changed)
    return () => { document.removeEventListener('visibilitychange', changed) }
  }, () => document.visibilityState === 'visible')
}

/** Up to where one had read when one began to look; what is above it is not new. Null while that is not known. */
function useMark(open: boolean, visible: boolean, own: number, last: number): number | null {
  const [mark, setMark] = useState<number | null>(null)
  const [was, setWas] = useState(visible)
  if (open && mark === null) setMark(own)
  if (was !== visible) {
    setWas(visible)
    if (!visible && open) setMark(last)
  }
  return mark
}

/** The last number that one had before one's eyes. */
function useSeen(looking: boolean, last: number): number {
  const [seen, setSeen] = useState(0)
  if (looking && seen !== last) setSeen(last)
  return looking ? last : seen
}

/** How far the other side has read: customers what staff wrote, and staff what customers wrote. */
function readByOthers(reads: View['reads'], staff: boolean): number {
  return Math.max(0, ...[...reads.values()].filter(({ user }) => user.staff !== staff).map(({ seq }) => seq))
}

/** Whose places are shown: to staff everybody's, to a customer nobody's but by the ticks. */
function othersOf(reads: View['reads'], me: { staff: boolean }): Iterable<Reader> {
  return me.staff ? reads.values() : []
}

function picturesOf(blocks: readonly Block[]): readonly Attachment[] {
  return blocks.flatMap(({ entries }) => entries.flatMap((entry) => (entry.kind === 'message' ? entry.attachments.filter(isPicture) : [])))
}
