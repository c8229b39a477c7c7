import { Send } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import { Button, Label, TextArea, TextField } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { useLive, useMe } from '../app/session'
import { useActs } from '../keyboard/useAct'
import styles from './Composer.module.css'

const LONGEST = 10_000
const SIGN_EVERY = 3_000 // milliseconds

export function Composer({ ticket, customer }: { ticket: string; customer: string }) {
  const { t } = useTranslation()
  const { sender, line } = useLive()
  const staff = useMe().staff
  const [text, setText] = useState('')
  const [internal, setInternal] = useState(false)
  const signed = useRef(0)
  const tooMuch = text.length - LONGEST
  const said = internal ? t('composer.note') : staff ? t('composer.replyTo', { who: customer }) : t('composer.write')
  const sendable = text.trim() !== '' && tooMuch <= 0
  const send = () => {
    if (!sendable) return
    setText('')
    void sender.post({ ticket, text: text.trim(), internal, attachments: [] })
  }
  const area = useRef<HTMLTextAreaElement>(null)
  const write = (note: boolean) => {
    setInternal(note)
    area.current?.focus()
  }
  useActs([
    { id: 'conversation.reply', text: t('act.reply'), group: 'conversation', key: 'r', run: () => { write(false) } },
    { id: 'conversation.note', text: t('act.note'), group: 'conversation', key: 'n', possible: staff, run: () => { write(true) } },
  ])
  const typed = (given: string) => {
    setText(given)
    if (Date.now() - signed.current < SIGN_EVERY) return
    signed.current = Date.now()
    line.sign({ type: 'typing', ticket, typing: true, internal })
  }
  return (
    <div className={styles.composer} data-note={internal}>
      {staff ? (
        <div className={styles.kinds} role="radiogroup" aria-label={t('composer.reply')}>
          {([false, true] as const).map((note) => (
            <label key={String(note)} className={styles.kind}>
              <input type="radio" name={`kind-${ticket}`} checked={internal === note} onChange={() => { setInternal(note) }} />
              {t(note ? 'composer.note' : 'composer.reply')}
            </label>
          ))}
          {internal ? <span className={styles.only}>{t('composer.noteFor')}</span> : null}
        </div>
      ) : null}
      <TextField className={styles.field ?? ''} value={text} onChange={typed}>
        <Label className="unseen">{said}</Label>
        <TextArea ref={area} className={styles.text ?? ''} rows={3} placeholder={internal ? t('composer.noteFor') : said}
          onKeyDown={(event: KeyboardEvent) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
            event.preventDefault()
            send()
          }} />
      </TextField>
      <div className={styles.foot}>
        <span className={styles.hint} role="status">{tooMuch > 0 ? t('composer.tooLong', { count: tooMuch }) : t('composer.hint')}</span>
        <Button className={styles.send ?? ''} isDisabled={!sendable} onPress={send}><Send aria-hidden />{t(internal ? 'composer.sendNote' : 'composer.send')}</Button>
      </div>
    </div>
  )
}
