/** Pictures at their full size: larger and smaller, turned, moved, one after the other. */
import { ChevronLeft, ChevronRight, Download, Minus, Plus, RotateCcw, RotateCw, X } from 'lucide-react'
import { type PointerEvent, useEffect, useRef, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { named, written } from '../../keyboard/keys'
import type { Attachment } from '../../realtime/frames'
import { IconButton } from '../../ui/Button'
import { type ViewerAct, viewerAct, viewerKey } from './keys'
import { bounded, FITS, fitted, moved, type Pose, type Size, STEP, turned, zoomed } from './pose'
import styles from './Viewer.module.css'

interface Props {
  pictures: readonly Attachment[]
  first: string
  onClose: () => void
}

export default function Viewer({ pictures, first, onClose }: Props) {
  const { t } = useTranslation()
  return (
    <ModalOverlay isOpen isDismissable={false} onOpenChange={(open) => { if (!open) onClose() }} className={styles.overlay ?? ''}>
      <Modal className={styles.modal ?? ''}>
        <Dialog className={styles.dialog ?? ''} aria-label={t('viewer.label')}><Pictures pictures={pictures} first={first} onClose={onClose} /></Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function Pictures({ pictures, first, onClose }: Props) {
  const { t } = useTranslation()
  const [shown, setShown] = useState(first)
  const [pose, setPose] = useState<Pose>(FITS)
  const at = Math.max(0, pictures.findIndex(({ id }) => id === shown))
  const picture = pictures[at]
  const step = (by: number) => {
    const next = pictures[at + by]
    if (next === undefined) return
    setShown(next.id)
    setPose(FITS)
  }
  const save = useRef<HTMLAnchorElement>(null)
  const acts: Record<ViewerAct, () => void> = {
    larger: () => { setPose((now) => zoomed(now, STEP)) }, smaller: () => { setPose((now) => zoomed(now, 1 / STEP)) }, fit: () => { setPose(FITS) },
    turnRight: () => { setPose((now) => turned(now, 1)) }, turnLeft: () => { setPose((now) => turned(now, -1)) }, download: () => save.current?.click(),
    before: () => { step(-1) }, after: () => { step(1) }, first: () => { step(-at) }, last: () => { step(pictures.length - 1 - at) },
    up: () => { setPose((now) => moved(now, 0, 80)) }, down: () => { setPose((now) => moved(now, 0, -80)) },
  }
  useKeys((event) => {
    const key = named(event)
    const act = viewerAct(key)
    if (act === undefined) return
    event.preventDefault()
    const sideways = pose.scale > 1 ? { ArrowLeft: 80, ArrowRight: -80 }[key] : undefined
    if (sideways === undefined) acts[act]()
    else setPose((now) => moved(now, sideways, 0))
  })
  const shortcut = (id: ViewerAct) => written(viewerKey(id))
  if (picture === undefined) return null
  const place = t('viewer.place', { at: String(at + 1), of: String(pictures.length) })
  return (
    <div className={styles.viewer}>
      <header className={styles.head}>
        <p className={styles.name}><b>{picture.name}</b><span role="status">{pictures.length > 1 ? place : ''}</span></p>
        <IconButton label={t('viewer.smaller')} shortcut={shortcut('smaller')} onPress={() => { acts.smaller() }} isDisabled={pose.scale <= 1}><Minus aria-hidden /></IconButton>
        <output className={styles.scale}>{Math.round(pose.scale * 100)} %</output>
        <IconButton label={t('viewer.larger')} shortcut={shortcut('larger')} onPress={() => { acts.larger() }}><Plus aria-hidden /></IconButton>
        <IconButton label={t('viewer.turnLeft')} shortcut={shortcut('turnLeft')} onPress={() => { acts.turnLeft() }}><RotateCcw aria-hidden /></IconButton>
        <IconButton label={t('viewer.turnRight')} shortcut={shortcut('turnRight')} onPress={() => { acts.turnRight() }}><RotateCw aria-hidden /></IconButton>
        <a ref={save} className={styles.save} href={picture.url} download={picture.name} aria-label={t('viewer.download')} title={`${t('viewer.download')} (${shortcut('download')})`}><Download aria-hidden /></a>
        <IconButton label={t('app.close')} shortcut="Esc" onPress={onClose}><X aria-hidden /></IconButton>
      </header>
      <Stage key={picture.id} picture={picture} pose={pose} onPose={setPose} />
      {at === 0 ? null : <span className={styles.before}><IconButton label={t('viewer.before')} shortcut={shortcut('before')} onPress={() => { step(-1) }}><ChevronLeft aria-hidden /></IconButton></span>}
      {at === pictures.length - 1 ? null : <span className={styles.after}><IconButton label={t('viewer.after')} shortcut={shortcut('after')} onPress={() => { step(1) }}><ChevronRight aria-hidden /></IconButton></span>}
    </div>
  )
}

function Stage({ picture, pose, onPose }: { picture: Attachment; pose: Pose; onPose: (next: (now: Pose) => Pose) => void }) {
  const { t } = useTranslation()
  const stage = useRef<HTMLDivElement>(null)
  const room = useRoom(stage)
  const [state, setState] = useState<'loading' | 'there' | 'failed'>('loading')
  const fingers = useRef(new Map<number, { x: number; y: number }>())
  const [held, setHeld] = useState(false)
  const [own, setOwn] = useState<Size>({ width: 1, height: 1 })
  const natural = { width: picture.width ?? own.width, height: picture.height ?? own.height }
  const size = fitted(natural, room, pose.turns)
  const lies = bounded(pose, size, room)
  const change = (next: (now: Pose) => Pose) => { onPose((now) => bounded(next(now), fitted(natural, room, now.turns), room)) }
  const fromMiddle = (x: number, y: number) => {
    const box = stage.current?.getBoundingClientRect()
    return { x: x - (box?.left ?? 0) - room.width / 2, y: y - (box?.top ?? 0) - room.height / 2 }
  }
  useWheel(stage, (event) => { change((now) => zoomed(now, Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), fromMiddle(event.clientX, event.clientY))) })
  const moves = (event: PointerEvent) => {
    const before = fingers.current.get(event.pointerId)
    if (before === undefined) return
    const now = { x: event.clientX, y: event.clientY }
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1]
    fingers.current.set(event.pointerId, now)
    if (other === undefined) change((current) => moved(current, now.x - before.x, now.y - before.y))
    else {
      const by = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y))
      change((current) => zoomed(current, by, fromMiddle((now.x + other.x) / 2, (now.y + other.y) / 2)))
    }
  }
  const lifted = (event: PointerEvent) => {
    fingers.current.delete(event.pointerId)
    setHeld(fingers.current.size > 0)
  }
  return (
    <div ref={stage} className={styles.stage} data-held={held} data-large={pose.scale > 1}
      onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY }); setHeld(true) }}
      onPointerMove={moves} onPointerUp={lifted} onPointerCancel={lifted}
      onDoubleClick={(event) => { const at = fromMiddle(event.clientX, event.clientY); change((now) => (now.scale > 1 ? { ...FITS, turns: now.turns } : zoomed(now, 2.5, at))) }}>
      {state === 'failed' ? <p className={styles.failed} role="alert">{t('viewer.failed')}</p> : room.width === 0 ? null : (
        <img src={picture.url} alt={picture.name} draggable={false} className={styles.picture} data-state={state} width={Math.round(size.width)} height={Math.round(size.height)}
          onLoad={({ currentTarget }) => { setState('there'); setOwn({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight }) }} onError={() => { setState('failed') }}
          style={{ transform: `translate(${lies.x}px, ${lies.y}px) rotate(${lies.turns * 90}deg) scale(${lies.scale})` }} />
      )}
    </div>
  )
}

function useRoom(stage: React.RefObject<HTMLDivElement | null>): Size {
  const [room, setRoom] = useState<Size>({ width: 0, height: 0 })
  useEffect(() => {
    const box = stage.current
    if (box === null) return undefined
    const watched = new ResizeObserver(() => { setRoom({ width: box.clientWidth, height: box.clientHeight }) })
    watched.observe(box)
    return () => { watched.disconnect() }
  }, [stage])
  return room
}

/** Wherever in the window the focus is. */
function useKeys(pressed: (event: KeyboardEvent) => void): void {
  const latest = useRef(pressed)
  useEffect(() => { latest.current = pressed })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => { latest.current(event) }
    document.addEventListener('keydown', listen)
    return () => { document.removeEventListener('keydown', listen) }
  }, [])
}

/** React's own listens passively, and the page would move along. */
function useWheel(stage: React.RefObject<HTMLDivElement | null>, rolled: (event: WheelEvent) => void): void {
  const latest = useRef(rolled)
  useEffect(() => { latest.current = rolled })
  useEffect(() => {
    const box = stage.current
    const turns = (event: WheelEvent) => { event.preventDefault(); latest.current(event) }
    box?.addEventListener('wheel', turns, { passive: false })
    return () => { box?.removeEventListener('wheel', turns) }
  }, [stage])
}
