/** Where one cannot write any more: what was typed stays, and can be taken elsewhere. */
import { Copy, Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { components } from '../api/schema'
import { useLive, useMe } from '../app/session'
import type { KeptFile } from '../realtime/files'
import type { Unsent } from '../realtime/unsent'
import { Button } from '../ui/Button'
import { Kept } from './Kept'
import { copy } from './MessageMenu'
import styles from './Over.module.css'
import { useDraft } from './useDraft'
import { useFiles } from './useFiles'

export type Writing = components['schemas']['TicketDetail']['writing']

/** The conversation is not there, or not one's own to see any more. */
export function Gone({ ticket, unsent }: { ticket: string; unsent: readonly Unsent[] }) {
  const { t } = useTranslation()
  return (
    <div className={styles.gone} role="alert">
      <p>{t(useMe().staff ? 'conversation.gone' : 'error.gone')}</p>
      <Left texts={[...unsent.map(({ text }) => text), useDraft(ticket, false).text, useDraft(ticket, true).text]} />
      <LeftFiles files={useFiles().filter((file) => file.ticket === ticket)} />
    </div>
  )
}

/** No message is taken here any more, or not of whoever looks. */
export function Closed({ ticket, why, children }: { ticket: string; why: string; children?: ReactNode }) {
  return (
    <div className={styles.closed} role="status">
      <p className={styles.why}><Lock aria-hidden /><span>{why} {children}</span></p>
      <Left texts={[useDraft(ticket, false).text, useDraft(ticket, true).text]} />
      <LeftFiles files={useFiles().filter((file) => file.ticket === ticket && file.message === null)} />
    </div>
  )
}

/** Somebody began a note, and may write none any more; replies they may. */
export function NoNotes({ ticket }: { ticket: string }) {
  const { t } = useTranslation()
  const { text } = useDraft(ticket, true)
  const files = useFiles().filter((file) => file.ticket === ticket && file.internal && file.message === null)
  if (text.trim() === '' && files.length === 0) return null
  return (
    <div className={styles.notes} role="alert">
      <p className={styles.why}><Lock aria-hidden /><span>{t('composer.noNotes')}</span></p>
      <Left texts={[text]} />
      <LeftFiles files={files} />
    </div>
  )
}

/** What was typed and did not get away. */
function Left({ texts }: { texts: readonly string[] }) {
  const { t } = useTranslation()
  return texts.filter((text) => text.trim() !== '').map((text, index) => (
    <figure key={index} className={styles.left}>
      <figcaption>{t('composer.kept')}</figcaption>
      <blockquote dir="auto">{text}</blockquote>
      <Button small icon={<Copy aria-hidden />} onPress={() => void copy(text, t('message.copied'))}>{t('message.copy')}</Button>
    </figure>
  ))
}

/** Files that did not get away either: what was pasted is nowhere else. */
function LeftFiles({ files }: { files: readonly KeptFile[] }) {
  const { t } = useTranslation()
  const live = useLive()
  if (files.length === 0) return null
  return (
    <figure className={styles.left}>
      <figcaption>{t('composer.keptFiles')}</figcaption>
      <ul className={styles.files}>{files.map((file) => <Kept key={file.key} file={file} savable onRemove={() => void live.files.remove(file.key)} />)}</ul>
    </figure>
  )
}
