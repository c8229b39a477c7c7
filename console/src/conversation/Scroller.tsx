/** The window on a conversation: it loads upward, stays where its reader is, and says what came in below. */
import { ArrowDown } from 'lucide-react'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import type { View } from '../realtime/rooms'
import { Button as Usual } from '../ui/Button'
import { Anchor } from './anchor'
import styles from './Scroller.module.css'

const AHEAD = 1.5 // windows from the top at which earlier entries are asked for
const UPPER = 0.2 // of the window, where the first new entry comes to stand

interface Props {
  view: View
  atEnd: boolean
  onAtEnd: (atEnd: boolean) => void
  onEarlier: () => void
  /** How many came in below since one went up. */
  missed: number
  /** Whatever of the content may be another now. */
  content: unknown
  children: ReactNode
}

export function Scroller({ view, atEnd, onAtEnd, onEarlier, missed, content, children }: Props) {
  const { t } = useTranslation()
  const box = useRef<HTMLDivElement>(null)
  const inside = useRef<HTMLDivElement>(null)
  const anchor = useRef<Anchor | null>(null)
  const [placed, setPlaced] = useState(false)
  const open = view.state === 'open'
  useLayoutEffect(() => {
    if (box.current === null || inside.current === null) return undefined
    const made = new Anchor(box.current)
    anchor.current = made
    const resized = new ResizeObserver(() => { made.settle(); onAtEnd(made.atEnd) })
    resized.observe(box.current)
    resized.observe(inside.current)
    return () => { resized.disconnect() }
  }, [onAtEnd])
  useLayoutEffect(() => { anchor.current?.settle() }, [content, view])
  useLayoutEffect(() => {
    if (!open || placed || anchor.current === null) return
    const line = inside.current?.querySelector('[data-new]')
    if (line) anchor.current.show(line, UPPER)
    onAtEnd(anchor.current.atEnd)
    setPlaced(true)
  }, [open, placed, onAtEnd])
  const { earlier, loading, stuck } = view
  const near = () => box.current !== null && box.current.scrollTop < box.current.clientHeight * AHEAD
  useEffect(() => {
    if (open && placed && earlier && !loading && !stuck && near()) onEarlier()
  }, [open, placed, earlier, loading, stuck, view.entries, onEarlier])
  const scrolled = () => {
    anchor.current?.moved()
    onAtEnd(anchor.current?.atEnd ?? true)
    if (earlier && !loading && !stuck && near()) onEarlier()
  }
  const toEnd = () => {
    anchor.current?.toEnd()
    onAtEnd(true)
    box.current?.focus()
  }
  return (
    <div className={styles.frame}>
      <div ref={box} className={styles.scroller} onScroll={scrolled} tabIndex={0} role="log" aria-label={t('conversation.label')} aria-busy={loading}>
        <div ref={inside} className={styles.inside}>
          {!earlier ? null : stuck ? (
            <p className={styles.earlier}>{t('conversation.stuck')} <Usual small onPress={onEarlier}>{t('app.retry')}</Usual></p>
          ) : <p className={styles.earlier}>{t('conversation.earlier')}</p>}
          {children}
        </div>
      </div>
      {atEnd ? null : (
        <Button className={styles.end ?? ''} data-missed={missed > 0} onPress={toEnd}
          aria-label={missed > 0 ? t('conversation.endNew', { count: missed }) : t('conversation.end')}>
          {missed > 0 ? <span>{t('conversation.missed', { count: missed })}</span> : null}<ArrowDown aria-hidden />
        </Button>
      )}
    </div>
  )
}
