/** Everything that can be done or gone to, by a few letters of its name. */
import { Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { useChoices, type Chosen } from './choices'
import { written } from './keys'
import styles from './Palette.module.css'
import { type Ranked, ranked, recent, remember } from './ranking'

const MOST = 60 // more is not read, but asked for in more letters

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  return (
    <ModalOverlay isOpen={open} isDismissable onOpenChange={(isOpen) => { if (!isOpen) onClose() }} className={styles.overlay ?? ''}>
      <Modal className={styles.modal ?? ''}>
        <Dialog className={styles.palette ?? ''} aria-label={t('palette.label')}><Finder onClose={onClose} /></Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function Finder({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [question, setQuestion] = useState('')
  const [lately] = useState(recent)
  const [at, setAt] = useState(0)
  const found = ranked(useChoices(question), question, lately).slice(0, MOST)
  const here = Math.min(at, found.length - 1)
  const choose = (choice: Chosen | undefined) => {
    if (choice === undefined) return
    if (choice.lasting) remember(choice.id)
    onClose()
    whenClosed(choice.run)
  }
  const steer = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key]
    if (step !== undefined) setAt(Math.abs(step) === 1 ? (here + step + found.length) % Math.max(1, found.length) : Math.min(Math.max(here + step, 0), found.length - 1))
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) choose(found[here]?.choice)
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') onClose()
    else return
    event.preventDefault()
  }
  return (
    <>
      <label className={styles.question}>
        <Search aria-hidden />
        <span className="unseen">{t('palette.label')}</span>
        <input autoFocus role="combobox" aria-expanded="true" aria-controls="palette-found" aria-autocomplete="list" autoComplete="off" spellCheck="false"
          aria-activedescendant={found.length === 0 ? undefined : `palette-${here}`} value={question} placeholder={t('palette.placeholder')}
          onChange={(event) => { setQuestion(event.target.value); setAt(0) }} onKeyDown={steer} />
      </label>
      <p className="unseen" role="status">{t('palette.found', { count: found.length })}</p>
      {found.length === 0 ? <p className={styles.none}>{t('palette.none', { text: question })}</p> : null}
      <ul id="palette-found" role="listbox" aria-label={t('palette.results')} className={styles.found} hidden={found.length === 0}>
        {found.map((result, index) => (
          <Line key={result.choice.id} result={result} index={index} here={index === here} onPoint={setAt} onChoose={choose} />
        ))}
      </ul>
      <p className={styles.foot} aria-hidden="true"><kbd>↑</kbd><kbd>↓</kbd><kbd>↵</kbd><kbd>esc</kbd><span>{t('palette.foot')}</span></p>
    </>
  )
}

interface LineProps {
  result: Ranked<Chosen>
  index: number
  here: boolean
  onPoint: (index: number) => void
  onChoose: (choice: Chosen) => void
}

function Line({ result: { choice, at }, index, here, onPoint, onChoose }: LineProps) {
  const { t } = useTranslation()
  return (
    <li id={`palette-${index}`} role="option" aria-selected={here} className={styles.line} ref={here ? intoView : null}
      onPointerMove={() => { if (!here) onPoint(index) }} onClick={() => { onChoose(choice) }}>
      <span className={styles.text}><Marked text={choice.text} at={at} /></span>
      {choice.beside === undefined ? null : <span className={styles.beside}>{choice.beside}</span>}
      <span className={styles.group}>{t(`keys.group.${choice.group}`)}</span>
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
