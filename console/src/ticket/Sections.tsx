/** Parts of the panel that fold, and stand in the order that the reader gives them: by drawing the handle, or with its arrow keys. */
import { ChevronRight, GripVertical } from 'lucide-react'
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { type Arrangement, keep, kept, moved, type SectionName, toggled } from './arrangement'
import styles from './Sections.module.css'

export interface Part {
  readonly name: SectionName
  /** How many things are in it, where that is worth knowing while it is folded. */
  readonly count?: number | undefined
  readonly content: () => ReactNode
}

export function Sections({ parts }: { parts: readonly Part[] }) {
  const { t } = useTranslation('ticket')
  const [arrangement, setArrangement] = useState(kept)
  const [said, setSaid] = useState('')
  const list = useRef<HTMLDivElement>(null)
  const shown = arrangement.order.flatMap((name) => parts.filter((part) => part.name === name))
  const become = (next: Arrangement) => {
    keep(next)
    setArrangement(next)
  }
  const put = (name: SectionName, place: number) => {
    const to = shown[place]
    if (to === undefined || to.name === name) return
    become({ ...arrangement, order: moved(arrangement.order, name, to.name) })
    setSaid(t('movedTo', { title: t(`section.${name}`), place: String(place + 1), of: String(shown.length) }))
  }
  const draw = (name: SectionName, event: PointerEvent) => {
    const heads = [...(list.current?.children ?? [])].map((section) => section.getBoundingClientRect())
    const over = heads.findIndex((box) => event.clientY < box.bottom)
    put(name, over < 0 ? heads.length - 1 : over)
  }
  return (
    <>
      <div ref={list} className={styles.sections}>
        {shown.map(({ name, count, content }, place) => (
          <Section key={name} name={name} count={count} folded={arrangement.folded.includes(name)}
            onFold={() => { become({ ...arrangement, folded: toggled(arrangement.folded, name) }) }}
            onStep={(by) => { put(name, place + by) }} onDraw={(event) => { draw(name, event) }}>{content}</Section>
        ))}
      </div>
      <p className="unseen" role="status">{said}</p>
    </>
  )
}

interface Props {
  name: SectionName
  count?: number | undefined
  folded: boolean
  onFold: () => void
  onStep: (by: number) => void
  onDraw: (event: PointerEvent) => void
  children: () => ReactNode
}

function Section({ name, count, folded, onFold, onStep, onDraw, children }: Props) {
  const { t } = useTranslation('ticket')
  const [drawn, setDrawn] = useState(false)
  const title = t(`section.${name}`)
  const step = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    onStep(by)
  }
  return (
    <section className={styles.section} aria-label={title} data-drawn={drawn}>
      <header className={styles.head}>
        <h2>
          <button type="button" className={styles.fold} aria-expanded={!folded} onClick={onFold}>
            <ChevronRight aria-hidden />{title}{count === undefined || count === 0 ? null : <span className={styles.count}>{count}</span>}
          </button>
        </h2>
        <button type="button" className={styles.handle} aria-label={t('moveSection', { title })} title={t('moveSection', { title })} onKeyDown={step}
          onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); setDrawn(true) }}
          onPointerMove={(event) => { if (drawn) onDraw(event) }}
          onPointerUp={() => { setDrawn(false) }} onPointerCancel={() => { setDrawn(false) }}><GripVertical aria-hidden /></button>
      </header>
      {folded ? null : <div className={styles.content}>{children()}</div>}
    </section>
  )
}
