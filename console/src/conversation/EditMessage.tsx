/** One's own message, being changed where it stands. What was typed stays until it is stored or given up. */
import { useMutation } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import type { ApiError } from '../api/errors'
import { useApi } from '../app/session'
import type { Act } from '../keyboard/registry'
import { heard, useActs } from '../keyboard/useAct'
import { Button } from '../ui/Button'
import type { Message } from './blocks'
import styles from './EditMessage.module.css'
import { useLimits } from './limits'
import { sendKeys, useSendKey } from './sendKey'

export function EditMessage({ message, onDone }: { message: Message; onDone: () => void }) {
  const { t } = useTranslation()
  const api = useApi()
  const limits = useLimits()
  const [sendKey] = useSendKey()
  const [text, setText] = useState(message.text)
  const field = useRef<HTMLTextAreaElement>(null)
  const saving = useMutation<unknown, ApiError>({
    mutationFn: () => data(api.PATCH('/api/v1/messages/{message}/', { params: { path: { message: message.id } }, body: { text: text.trim() } })),
    onSuccess: onDone, // the edit comes as an entry
  })
  useEffect(() => {
    const box = field.current
    box?.focus()
    box?.setSelectionRange(box.value.length, box.value.length)
  }, [])
  const over = limits.over(text)
  const savable = over === 0 && (text.trim() !== '' || message.attachments.length > 0)
  const save = () => {
    if (text.trim() === message.text) onDone()
    else if (savable) saving.mutate()
  }
  const acts: readonly Act[] = [
    { id: 'message.save', text: t('act.saveMessage'), group: 'conversation', own: sendKeys(sendKey), hidden: true, run: save },
    { id: 'message.leave', text: t('act.leaveMessage'), group: 'conversation', own: ['Escape'], hidden: true, run: onDone },
  ]
  useActs(acts)
  const typed = (event: KeyboardEvent) => {
    if (heard(acts, event)) event.stopPropagation()
  }
  const wrong = over > 0 ? t('composer.tooLong', { count: over }) : saving.error === null ? null
    : saving.error.status === 0 ? t('message.notSaved') : saving.error.message
  return (
    <div className={styles.edit}>
      <textarea ref={field} dir="auto" className={styles.text} aria-label={t('message.edit')} value={text} rows={2}
        onChange={(event) => { setText(event.target.value) }} onKeyDown={typed} />
      {wrong === null ? null : <p className={styles.wrong} role="alert">{wrong}</p>}
      <p className={styles.foot}>
        <Button small look="quiet" onPress={onDone}>{t('app.cancel')}</Button>
        <Button small look="primary" isDisabled={!savable} isPending={saving.isPending} onPress={save}>{t('app.save')}</Button>
      </p>
    </div>
  )
}
