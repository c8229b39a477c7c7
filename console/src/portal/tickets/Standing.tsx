/** How it stands: one's place while one waits, and who answers. It follows the queue by the socket's word. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { keys } from '../../api/keys'
import type { components } from '../../api/schema'
import { useLive, useWatched } from '../../app/session'
import { Avatar } from '../../ui/Marks'
import { useWords } from '../words'
import styles from './Chat.module.css'

type Detail = components['schemas']['TicketDetail']
type Place = NonNullable<Detail['waiting']>
const EARLIEST = 2_000 // milliseconds after the queue moved; docs/socket.md says why
const APART = 250 // milliseconds by which whoever is one place farther asks later
const FAR = 100

export function Standing({ detail }: { detail: Detail }) {
  const { t } = useWords()
  const { waiting, assignee, status, assigned_at: served } = detail
  useQueueMoves(detail.id, waiting)
  if (waiting !== null) return <Waiting place={waiting} again={served !== null} />
  const name = assignee?.name ?? ''
  if (status === 'resolved') return <div className={styles.standing} data-tone="good" role="status"><p>{t('waiting.resolved')}</p></div>
  if (status === 'closed') return <div className={styles.standing} role="status"><p>{t('waiting.closed')}</p></div>
  if (name === '') return null
  return (
    <div className={styles.standing} data-tone={status === 'pending' ? 'warn' : 'plain'} role="status">
      <Avatar name={name} small />
      <p><b>{t(status === 'pending' ? 'waiting.pending' : status === 'assigned' ? 'waiting.whoWill' : 'waiting.who', { name })}</b></p>
    </div>
  )
}

/** `again`: somebody had it already, and what is said of that above would be the last word. */
function Waiting({ place: { position, exact, attended }, again }: { place: Place; again: boolean }) {
  const { t } = useWords()
  const returned = again ? `${t('waiting.again')} ` : ''
  const place = String(position)
  if (!attended) {
    return (
      <div className={styles.standing} data-tone="warn" role="status">
        <p>{returned}<b>{t('waiting.away')}</b> {t('waiting.awayHow')}</p>
      </div>
    )
  }
  return (
    <div className={styles.standing} role="status">
      <span className={styles.place} aria-hidden="true">{exact ? place : `${place}+`}</span>
      <p>{returned}<b>{!exact ? t('waiting.far', { position: place }) : position === 1 ? t('waiting.next') : t('waiting.place', { position: place })}</b>. {t('waiting.stay')}</p>
    </div>
  )
}

/** While one waits, the ticket is fetched again some time after the queue moved: the later, the farther behind one is. */
function useQueueMoves(ticket: string, waiting: Place | null): void {
  const { line, state, queueMoves } = useLive()
  const cache = useQueryClient()
  const ready = useWatched(state).name === 'ready'
  const moves = useWatched(queueMoves)
  const waits = waiting !== null
  const position = waiting?.position ?? 0
  useEffect(() => {
    if (!ready || !waits) return undefined
    line.sign({ type: 'watch-queue', watching: true })
    return () => { line.sign({ type: 'watch-queue', watching: false }) }
  }, [line, ready, waits])
  useEffect(() => {
    if (!waits || moves === 0) return undefined
    const asks = setTimeout(() => { void cache.invalidateQueries({ queryKey: keys.ticket(ticket) }) }, EARLIEST + Math.random() * APART * Math.min(position, FAR))
    return () => { clearTimeout(asks) }
    // The place of the moment in which the queue moved; what is learnt then begins no new wait.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cache, ticket, moves, waits])
}
