/** Where one writes: a reply or, for staff, a note, each with a draft of its own, so that neither ever becomes the other unseen. */
import type { TFunction } from 'i18next'
import { Lock, Paperclip, Send, Settings2, X } from 'lucide-react'
import { type ClipboardEvent, lazy, type RefObject, Suspense, useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { later } from '../app/later'
import { useLive, useMe, useWatched } from '../app/session'
import { carriesFiles } from '../files/stray'
import type { Draft } from '../realtime/drafts'
import type { Act } from '../keyboard/registry'
import { heard, useActs } from '../keyboard/useAct'
import { Button, IconButton } from '../ui/Button'
import { Menu, MenuChoice } from '../ui/Menu'
import { complain } from '../ui/Toasts'
import styles from './Composer.module.css'
import { EmojiButton } from './emoji/EmojiButton'
import { bytes } from './Files'
import { Kept } from './Kept'
import { sorted, type Unfit, useLimits } from './limits'
import { Closed, NoNotes, type Writing } from './Over'
import { SEND_KEYS, sendKeys, useSendKey } from './sendKey'
import { useDraft, useRefusal } from './useDraft'
import { useFiles } from './useFiles'
import { VIEWER_KEYS } from './viewer/keys'

const Completion = lazy(later(() => import('./emoji/Completion')))

interface Props {
  ticket: string
  /** Where files are let fall to be attached. */
  around: RefObject<HTMLElement | null>
  toward: string
  writing: Writing
  onEditLast: () => void
}

const NAMES_EMOJI = /:\p{L}/u // perhaps; no time and no address does
const SHOWN_BEFORE = 500 // characters before the limit from which on it is shown

export function Composer(props: Props) {
  const elsewhere = useWatched(useLive().elsewhere).get(props.ticket)
  const { t } = useTranslation()
  const led = elsewhere === undefined ? null : (
    <p className={styles.elsewhere} role="status">{t('composer.wentOn')} <Link to={`../${elsewhere.id}`} relative="path">{elsewhere.number}</Link></p>
  )
  if (props.writing === 'closed' || props.writing === 'forbidden') return <Closed ticket={props.ticket} why={t(`composer.${props.writing}`)}>{led}</Closed>
  return <>{led}<Writing key={props.ticket} {...props} /></>
}

function Writing({ ticket, around, toward, writing, onEditLast }: Props) {
  const { t, i18n } = useTranslation()
  const { sender, presence, drafts } = useLive()
  const me = useMe()
  const notes = me.staff && me.permissions.includes('chat.write_note')
  const [wantsNote, setInternal] = useState(false)
  const internal = wantsNote && notes
  const draft = useDraft(ticket, internal)
  const waiting = useDraft(ticket, !internal).text.trim() !== ''
  const files = useTray(ticket, internal)
  const limits = useLimits()
  const [sendKey, chooseKey] = useSendKey()
  const [unfit, setUnfit] = useState<readonly string[]>([])
  const field = useRef<HTMLTextAreaElement>(null)
  const [cursor, setCursor] = useState<number | null>(null)
  const offered = useRef<readonly Act[]>(null)
  const over = limits.over(draft.text)
  const refusal = useRefusal(ticket, internal)
  const unsaved = over > 0 || refusal === null || draft.text === draft.base.text ? '' : t('composer.notSaved', { why: refusal.message === '' ? t('composer.noReason') : refusal.message })
  const refused = files.list.some((file) => file.refusal !== null)
  const sendable = (draft.text.trim() !== '' || files.list.length > 0) && over === 0 && !refused
  const write = (note: boolean) => {
    setInternal(note)
    field.current?.focus()
  }
  const type = (text: string) => {
    drafts.type(ticket, internal, text)
    if (text === '') presence.rested(ticket)
    else presence.typed(ticket, internal)
  }
  const send = () => {
    if (!sendable) return
    const text = draft.text
    const given = { ticket, text: text.trim(), internal, files: files.list.map(({ key }) => key) }
    files.leave()
    setUnfit([])
    const emptied = drafts.sent(ticket, internal)
    presence.rested(ticket)
    sender.post(given, emptied).catch(() => { // this device's disk has no room
      drafts.type(ticket, internal, text)
      files.stay()
      complain(t('composer.notKept'))
    })
    field.current?.focus()
  }
  const take = (given: readonly File[]) => {
    const { fit, unfit: left } = sorted(given, files.list.length, limits.given)
    setUnfit(left.map(({ file, why }) => unfitText(t, file, why, i18n.language, limits.given)))
    if (fit.length > 0) void files.add(fit).catch(() => { complain(t('composer.notKept')) })
  }
  const put = (text: string, from: number, to: number) => {
    const box = field.current
    type(draft.text.slice(0, from) + text + draft.text.slice(to))
    requestAnimationFrame(() => {
      box?.focus()
      box?.setSelectionRange(from + text.length, from + text.length)
    })
  }
  const insert = (text: string) => {
    const box = field.current
    put(text, box?.selectionStart ?? draft.text.length, box?.selectionEnd ?? draft.text.length)
  }
  const empty = draft.text === '' && files.list.length === 0
  const typing: readonly Act[] = [
    { id: 'conversation.send', text: t('act.send'), group: 'conversation', own: sendKeys(sendKey), hidden: true, run: send },
    { id: 'conversation.editLast', text: t('act.editLast'), group: 'conversation', own: ['ArrowUp'], hidden: true, possible: empty, run: onEditLast },
    ...(me.staff ? [{ id: 'conversation.leave', text: t('act.leaveField'), group: 'conversation' as const, own: ['Escape'], hidden: true, run: () => { around.current?.querySelector<HTMLElement>('[role="log"]')?.focus() } }] : []),
  ]
  // What the offered emoji hear by themselves while there are some.
  const offering = [['take', ['Enter', 'Tab']], ['close', ['Escape']]] as const
  useActs([
    { id: 'conversation.reply', text: t('act.reply'), group: 'conversation', key: 'r', run: () => { write(false) } },
    { id: 'conversation.note', text: t('act.note'), group: 'conversation', key: 'n', possible: notes, run: () => { write(true) } },
    ...typing, ...offering.map(([name, own]): Act => ({ id: `emoji.${name}`, text: t(`emoji.${name}`), group: 'conversation', own, hidden: true, possible: false, run: () => undefined })),
    ...(me.staff ? VIEWER_KEYS.map(({ id, own }): Act => ({ id, text: t(`viewer.${id}`), group: 'pictures', own, hidden: true, run: () => undefined })) : []),
  ])
  const label = internal ? t('composer.noteLabel') : writing === 'follow_up' ? t('composer.followUp') : toward === '' ? t('composer.write') : t('composer.replyTo', { who: toward })
  const rest = (limits.given?.message_characters ?? Infinity) - draft.text.length
  return (
    <div className={styles.composer} data-note={internal}>
      <Drop around={around} onDrop={take} />
      {notes ? (
        <div className={styles.head}>
          <div className={styles.kinds} role="radiogroup" aria-label={t('composer.kind')}>
            {([false, true] as const).map((note) => (
              <label key={String(note)} className={styles.kind} data-note={note}>
                <input type="radio" name={`kind-${ticket}`} checked={internal === note} onChange={() => { write(note) }} />
                {note ? <Lock aria-hidden /> : null}{t(note ? 'composer.note' : 'composer.reply')}
                {internal !== note && waiting ? <span className={styles.dot} title={t('composer.hasDraft')}><span className="unseen">{t('composer.hasDraft')}</span></span> : null}
              </label>
            ))}
          </div>
          {internal ? <span className={styles.only}><Lock aria-hidden />{t('composer.noteFor')}</span> : null}
        </div>
      ) : null}
      {notes || !me.staff ? null : <NoNotes ticket={ticket} />}
      {writing === 'follow_up' ? <p className={styles.hint}>{t('composer.followUpHint')}</p> : null}
      {draft.theirs === null ? null : (
        <Theirs draft={draft} onChoose={(which) => { drafts.choose(ticket, internal, which) }} />
      )}
      <div className={styles.box}>
        <div className={styles.field}>
          {cursor === null || !NAMES_EMOJI.test(draft.text) ? null : <Suspense><Completion text={draft.text} cursor={cursor} field={field} keys={offered} put={put} /></Suspense>}
          <textarea ref={field} dir="auto" rows={2} className={styles.text} aria-label={label} placeholder={label} value={draft.text} data-composer
            onChange={(event) => { type(event.target.value); setCursor(event.target.selectionEnd) }}
            onSelect={({ currentTarget: { selectionStart, selectionEnd } }) => { setCursor(selectionStart === selectionEnd ? selectionEnd : null) }}
            onKeyDown={(event) => { heard([...offered.current ?? [], ...typing], event) }} onBlur={() => { presence.rested(ticket); setCursor(null) }}
            onPaste={(event: ClipboardEvent) => {
              const pasted = [...event.clipboardData.files]
              if (pasted.length === 0) return
              event.preventDefault()
              take(pasted.map(named))
            }} />
        </div>
        {files.list.length === 0 ? null : (
          <ul className={styles.tray} aria-label={t('files.label')}>{files.list.map((file) => <Kept key={file.key} file={file} onRemove={() => { files.remove(file.key) }} />)}</ul>
        )}
        {unfit.length === 0 ? null : (
          <div className={styles.unfit} role="alert">
            <ul>{unfit.map((text) => <li key={text}>{text}</li>)}</ul>
            <IconButton small label={t('app.close')} onPress={() => { setUnfit([]) }}><X aria-hidden /></IconButton>
          </div>
        )}
        <div className={styles.foot}>
          <Choose types={limits.given?.file_types} onChoose={take} />
          <EmojiButton onChoose={insert} />
          <Menu label={t('composer.settings')} placement="top start" trigger={<IconButton small label={t('composer.settings')}><Settings2 aria-hidden /></IconButton>}>
            <MenuChoice label={t('composer.sendKey')} value={sendKey} onChange={chooseKey}
              options={SEND_KEYS.map((value) => ({ value, label: t(value === 'enter' ? 'composer.byEnter' : 'composer.byModEnter') }))} />
          </Menu>
          <span className={styles.hint} role="status" data-wrong={over > 0 || unsaved !== ''}>
            {unsaved !== '' ? unsaved : over > 0 ? t('composer.tooLong', { count: over }) : rest < SHOWN_BEFORE ? t('composer.left', { count: rest })
              : refused ? t('composer.refusedFile') : <Keeping draft={draft} byEnter={sendKey === 'enter'} />}
          </span>
          {/* The field keeps the cursor whatever is clicked here: letters typed beside it are acts. A button that is disabled amid a double
              click is deaf to the next press, so each time it is another one. */}
          <span className={styles.sending} onMouseDown={(event) => { event.preventDefault() }}>
            <Button key={String(sendable)} look="primary" isDisabled={!sendable} onPress={send} icon={internal ? <Lock aria-hidden /> : <Send aria-hidden />}>
              {t(internal ? 'composer.sendNote' : 'composer.send')}
            </Button>
          </span>
        </div>
      </div>
    </div>
  )
}

function Keeping({ draft, byEnter }: { draft: Draft; byEnter: boolean }) {
  const { t } = useTranslation()
  const ready = useWatched(useLive().state).name === 'ready'
  if (draft.text.trim() === '') return t(byEnter ? 'composer.hintEnter' : 'composer.hint')
  if (draft.text === draft.base.text) return t('composer.saved')
  return ready ? '' : t('composer.savedHere')
}

/** The same draft was written in another tab, or on another device. */
function Theirs({ draft, onChoose }: { draft: Draft; onChoose: (which: 'mine' | 'theirs') => void }) {
  const { t } = useTranslation()
  return (
    <div className={styles.theirs} role="alert">
      <p><b>{t('composer.theirs')}</b></p>
      <blockquote dir="auto">{draft.theirs?.text}</blockquote>
      <p className={styles.acts}>
        <Button small onPress={() => { onChoose('theirs') }}>{t('composer.takeTheirs')}</Button>
        <Button small onPress={() => { onChoose('mine') }}>{t('composer.keepMine')}</Button>
      </p>
    </div>
  )
}

function Choose({ types, onChoose }: { types: readonly string[] | undefined; onChoose: (files: readonly File[]) => void }) {
  const { t } = useTranslation()
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton small label={t('files.choose')} onPress={() => { input.current?.click() }}><Paperclip aria-hidden /></IconButton>
      <input ref={input} type="file" multiple hidden accept={types?.join()} onChange={(event) => {
        onChoose([...event.target.files ?? []])
        event.target.value = '' // the same file can be chosen again
      }} />
    </>
  )
}

/** Takes files that are let fall anywhere on the conversation. */
function Drop({ around, onDrop }: { around: RefObject<HTMLElement | null>; onDrop: (files: readonly File[]) => void }) {
  const { t } = useTranslation()
  const [over, setOver] = useState<HTMLElement | null>(null)
  const latest = useRef(onDrop)
  useEffect(() => { latest.current = onDrop })
  useEffect(() => {
    const place = around.current
    const leaving = new AbortController()
    const on = (name: 'dragover' | 'dragleave' | 'drop', heard: (event: DragEvent) => void) => {
      place?.addEventListener(name, (event) => { if (carriesFiles(event)) heard(event) }, { signal: leaving.signal })
    }
    on('dragover', (event) => { event.preventDefault(); setOver(place) })
    on('dragleave', (event) => { if (place?.contains(event.relatedTarget as Node | null) !== true) setOver(null) })
    on('drop', (event) => {
      event.preventDefault()
      setOver(null)
      latest.current([...event.dataTransfer?.files ?? []])
    })
    return () => { leaving.abort() }
  }, [around])
  return over === null ? null : createPortal(<div className={styles.drop}>{t('files.drop')}</div>, over)
}

/** The files of what is being written; those that were just sent with a message are not there any more. */
function useTray(ticket: string, internal: boolean) {
  const { files } = useLive()
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set())
  const list = useFiles().filter((file) => file.ticket === ticket && file.internal === internal && file.message === null && !leaving.has(file.key))
  return {
    list,
    add: (given: readonly File[]) => files.add(ticket, internal, given),
    remove: (key: string) => { void files.remove(key) },
    leave: () => { setLeaving(new Set(list.map(({ key }) => key))) },
    stay: () => { setLeaving(new Set()) },
  }
}

/** Pasted pictures are all called "image.png". */
function named(file: File, index: number): File {
  if (file.name !== 'image.png') return file
  const time = new Date().toLocaleString('sv').replaceAll(':', '.')
  return new File([file], `${time}${index === 0 ? '' : ` ${index + 1}`}.png`, { type: file.type })
}

function unfitText(t: TFunction, file: File, why: Unfit, language: string, given: ReturnType<typeof useLimits>['given']): string {
  if (why === 'large') return t('files.large', { name: file.name, most: bytes(given?.file_bytes ?? 0, language) })
  return why === 'type' ? t('files.type', { name: file.name }) : t('files.many', { name: file.name, count: given?.attachments ?? 0 })
}
