/** A window in which one of many is found by a few letters of its name: arrows choose, Enter does it. */
import { Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import styles from './Finder.module.css'
import { written } from './keys'
import { type Choice, type Ranked, ranked } from './ranking'

export interface Finding extends Choice {
  /** Before its text: an icon, how somebody is. */
  readonly mark?: ReactNode
  /** At the end: what kind of thing it is. */
  readonly kind?: string
  readonly key?: string | undefined
  /** It is shown, and said why it cannot be chosen by what stands beside it. */
  readonly disabled?: boolean
}

interface Props<Of extends Finding> {
  label: string
  placeholder: string
  recent?: readonly string[]
  /** What one may wonder about the choices, such as why some are missing. */
  note?: string
  /** What there is, for what is typed. */
  useChoices: (question: string) => readonly Of[]
  onChoose: (choice: Of) => void
  onClose: () => void
}

const MOST = 60 // more is not read, but asked for in more letters

export function Finder<Of extends Finding>({ open, ...rest }: Props<Of> & { open: boolean }) {
  return (
    <ModalOverlay isOpen={open} isDismissable onOpenChange={(isOpen) => { if (!isOpen) rest.onClose() }} className={styles.overlay ?? ''}>
      <Modal className={styles.modal ?? ''}>
        <Dialog className={styles.finder ?? ''} aria-label={rest.label}><Content {...rest} /></Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function Content<Of extends Finding>({ label, placeholder, recent = [], note = '', useChoices, onChoose, onClose }: Props<Of>) {
  const { t } = useTranslation()
  const [question, setQuestion] = useState('')
  const [at, setAt] = useState(0)
  const found = ranked(useChoices(question), question, recent).slice(0, MOST)
  const here = Math.min(at, found.length - 1)
  const choose = (choice: Of | undefined) => {
    if (choice === undefined || choice.disabled === true) return
    onClose()
    whenClosed(() => { onChoose(choice) })
  }
  const steer = (event: KeyboardEvent) => {
    const to = stepped(event.key, here, found.length)
    if (to !== null) setAt(to)
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(found[here]?.choice)
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') onClose()
    else return
    event.preventDefault()
  }
  return (
    <>
      <label className={styles.question}>
        <Search aria-hidden />
        <span className="unseen">{label}</span>
        <input autoFocus role="combobox" aria-expanded="true" aria-controls="finder-found" aria-autocomplete="list" autoComplete="off" spellCheck="false"
          aria-activedescendant={found.length === 0 ? undefined : `finder-${here}`} value={question} placeholder={placeholder}
          onChange={(event) => { setQuestion(event.target.value); setAt(0) }} onKeyDown={steer} />
      </label>
      <p className="unseen" role="status">{t('palette.found', { count: found.length })}</p>
      {found.length === 0 && (question !== '' || note === '') ? <p className={styles.none}>{t('palette.none', { text: question })}</p> : null}
      <ul id="finder-found" role="listbox" aria-label={t('palette.results')} className={styles.found} hidden={found.length === 0}>
        {found.map((result, index) => (
          <Line key={result.choice.id} result={result} index={index} here={index === here} onPoint={setAt} onChoose={choose} />
        ))}
      </ul>
      {note === '' ? null : <p className={styles.note}>{note}</p>}
      <p className={styles.foot} aria-hidden="true"><kbd>↑</kbd><kbd>↓</kbd><kbd>↵</kbd><kbd>esc</kbd><span>{t('palette.foot')}</span></p>
    </>
  )
}

function stepped(key: string, here: number, count: number): number | null {
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[key]
  if (step === undefined) return null
  return Math.abs(step) === 1 ? (here + step + count) % Math.max(1, count) : Math.min(Math.max(here + step, 0), count - 1)
}

interface LineProps<Of extends Finding> {
  result: Ranked<Of>
  index: number
  here: boolean
  onPoint: (index: number) => void
  onChoose: (choice: Of) => void
}

function Line<Of extends Finding>({ result: { choice, at }, index, here, onPoint, onChoose }: LineProps<Of>) {
  return (
    <li id={`finder-${index}`} role="option" aria-selected={here} aria-disabled={choice.disabled} className={styles.line} ref={here ? intoView : null}
      onPointerMove={() => { if (!here) onPoint(index) }} onClick={() => { onChoose(choice) }}>
      {choice.mark}
      <span className={styles.text}><Marked text={choice.text} at={at} /></span>
      {choice.beside === undefined ? null : <span className={styles.beside}>{choice.beside}</span>}
      {choice.kind === undefined ? null : <span className={styles.kind}>{choice.kind}</span>}
      {choice.key === undefined ? null : <kbd>{written(choice.key)}</kbd>}
    </li>
  )
}

function Marked({ text, at }: { text: string; at: readonly number[] }): ReactNode {
  const meant = new Set(at)
  return Array.from(text, (letter, index) => (meant.has(index) ? <b key={index}>{letter}</b> : letter))
}

function intoView(line: HTMLElement | null): void {
  line?.scrollIntoView({ block: 'nearest' })
}

/** After the window is gone and the cursor back where it was, so that what is done may put it elsewhere. */
function whenClosed(run: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(run))
}
