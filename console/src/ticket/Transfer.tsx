/** Sends the ticket to those who have a skill, with a note for whoever takes it. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { worded } from '../i18n/refusals'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { TextField } from '../ui/Field'
import { say } from '../ui/Toasts'
import type { Receiver } from './Assign'
import type { Ticket } from './ticket'
import styles from './Transfer.module.css'
import type { Wishes } from './wishes'

export function Transfer({ ticket, skill, wishes, onClose }: { ticket: Ticket; skill: Receiver; wishes: Wishes; onClose: () => void }) {
  const { t } = useTranslation('ticket')
  const [note, setNote] = useState('')
  const send = () => {
    wishes.wish(ticket, { kind: 'transfer', skill, note: note.trim() }, {
      then: ({ reason_text: reason }) => { say(t('transfer.done', { skill: skill.name, reason: worded(reason ?? '') })) },
    })
    onClose()
  }
  return (
    <Dialog title={t('transfer.title', { skill: skill.name })} open onClose={onClose} foot={(
      <>
        <Button onPress={onClose}>{t('cancel')}</Button>
        <Button look="primary" onPress={send}>{t('transfer.submit')}</Button>
      </>
    )}>
      <p className={styles.what}>{t('transfer.what')}</p>
      <TextField label={t('transfer.note')} hint={t('transfer.noteHint')} rows={3} autoFocus maxLength={10_000} value={note} onChange={setNote}
        onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send() }} />
    </Dialog>
  )
}
