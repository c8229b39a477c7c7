/** What can be done with one message. Which of it is allowed comes from the server with the message, when the menu is opened. */
import { useMutation, useQuery } from '@tanstack/react-query'
import i18next from 'i18next'
import { Copy, Pencil, Trash2 } from 'lucide-react'
import { type RefObject, useState } from 'react'
import { Menu, Popover } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import type { ApiError } from '../api/errors'
import { useApi } from '../app/session'
import { Confirm } from '../ui/Dialog'
import { MenuAct } from '../ui/Menu'
import menu from '../ui/Menu.module.css'
import { complain, say } from '../ui/Toasts'
import type { Message } from './blocks'

export interface Chosen {
  readonly message: Message
  readonly at: RefObject<HTMLElement>
}

export function MessageMenu({ chosen, onClose, onEdit }: { chosen: Chosen | null; onClose: () => void; onEdit: (message: Message) => void }) {
  const { t } = useTranslation()
  const [deleting, setDeleting] = useState<Message | null>(null)
  const allowed = useAllowed(chosen?.message.id)
  const message = chosen?.message
  return (
    <>
      {chosen === null || message === undefined ? null : (
        <Popover triggerRef={chosen.at} isOpen onOpenChange={(open) => { if (!open) onClose() }} placement="bottom end" aria-label={t('message.more')} className={menu.popover ?? ''}>
          <Menu className={menu.menu ?? ''} aria-label={t('message.more')} autoFocus="first" onClose={onClose}>
            {message.text === '' ? null : <MenuAct icon={<Copy aria-hidden />} onAction={() => void copy(message.text, t('message.copied'))}>{t('message.copy')}</MenuAct>}
            {allowed.includes('edit') ? <MenuAct icon={<Pencil aria-hidden />} onAction={() => { onEdit(message) }}>{t('message.edit')}</MenuAct> : null}
            {allowed.includes('delete') ? <MenuAct danger icon={<Trash2 aria-hidden />} onAction={() => { setDeleting(message) }}>{t('message.delete')}</MenuAct> : null}
            {message.text === '' && allowed.length === 0 ? <MenuAct isDisabled>{t('message.nothing')}</MenuAct> : null}
          </Menu>
        </Popover>
      )}
      <Deletion message={deleting} onDone={() => { setDeleting(null) }} />
    </>
  )
}

function Deletion({ message, onDone }: { message: Message | null; onDone: () => void }) {
  const { t } = useTranslation()
  const api = useApi()
  const deleting = useMutation<unknown, ApiError, string>({
    mutationFn: (id) => data(api.DELETE('/api/v1/messages/{message}/', { params: { path: { message: id } } })),
    onError: (error) => { complain(error.status === 0 ? t('message.notDeleted') : error.message) },
    onSettled: onDone,
  })
  return (
    <Confirm title={t('message.deleteThis')} act={t('message.delete')} busy={deleting.isPending} open={message !== null} onClose={onDone}
      onConfirm={() => { if (message !== null) deleting.mutate(message.id) }}>
      <p>{t('message.deleteHint')}</p>
    </Confirm>
  )
}

function useAllowed(message: string | undefined): readonly string[] {
  const api = useApi()
  const asked = useQuery({
    queryKey: ['message', message], enabled: message !== undefined, staleTime: 0, gcTime: 0, retry: false,
    queryFn: () => data(api.GET('/api/v1/messages/{message}/', { params: { path: { message: message ?? '' } } })),
  })
  return asked.data?.allowed_actions ?? []
}

export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    say(done)
  } catch {
    complain(i18next.t('message.notCopied')) // the browser gives no clipboard here; the text can be marked by hand
  }
}
