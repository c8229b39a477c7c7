/** Between the list and the conversation: drag it, or move it with the arrow keys; a double click puts it back. */
import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import styles from './Divider.module.css'
import { NARROWEST, USUAL, WIDEST, within } from './kept'

const STEP = 1 // percent

export function Divider({ percent, onPercent }: { percent: number; onPercent: (percent: number) => void }) {
  const { t } = useTranslation()
  const held = useRef(false)
  const key = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP, Home: NARROWEST - percent, End: WIDEST - percent }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onPercent(within(percent + by))
  }
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const list = event.currentTarget.parentElement
    const page = list?.parentElement
    if (!held.current || !list || !page) return
    onPercent(within(((event.clientX - list.getBoundingClientRect().left) / page.clientWidth) * 100))
  }
  return (
    <div className={styles.divider} role="separator" aria-orientation="vertical" aria-label={t('list.width')} aria-valuenow={Math.round(percent)}
      aria-valuemin={NARROWEST} aria-valuemax={WIDEST} tabIndex={0} onKeyDown={key} onDoubleClick={() => { onPercent(USUAL) }}
      onPointerDown={(event) => { held.current = true; event.currentTarget.setPointerCapture(event.pointerId) }}
      onPointerMove={drag} onPointerUp={() => { held.current = false }} onPointerCancel={() => { held.current = false }} />
  )
}
