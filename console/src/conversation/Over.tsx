/** Where one cannot write any more: what was typed stays, and can be taken elsewhere. */
import { Copy, Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import type { components } from '../api/schema'
import type { Unsent } from '../realtime/unsent'
import { Button } from '../ui/Button'
import { copy } from './MessageMenu'
import styles from './Over.module.css'
import { useDraft } from './useDraft'

export type Writing = components['schemas']['TicketDetail']['writing']

/** The conversation is not there, or not one's own to see any more. */
export function Gone({ ticket, unsent }: { ticket: string; unsent: readonly Unsent[] }) {
  const { t } = useTranslation()
  return (
    <div className={styles.gone} role="alert">
      <p>{t('error.gone')}</p>
      <Left ticket={ticket} unsent={unsent} />
    </div>
  )
}

/** No message is taken here any more. */
export function Closed({ ticket, children }: { ticket: string; children?: ReactNode }) {
  const { t } = useTranslation()
  return (
    <div className={styles.closed}>
      <p className={styles.why}><Lock aria-hidden /><span>{t('composer.closed')} {children}</span></p>
      <Left ticket={ticket} unsent={[]} />
    </div>
  )
}

/** What was typed and did not get away. */
function Left({ ticket, unsent }: { ticket: string; unsent: readonly Unsent[] }) {
  const { t } = useTranslation()
  const [reply, note] = [useDraft(ticket, false), useDraft(ticket, true)]
  const texts = [...unsent.map(({ text }) => text), reply.text, note.text].filter((text) => text.trim() !== '')
  return texts.map((text, index) => (
    <figure key={index} className={styles.left}>
      <figcaption>{t('composer.kept')}</figcaption>
      <blockquote dir="auto">{text}</blockquote>
      <Button small icon={<Copy aria-hidden />} onPress={() => void copy(text, t('message.copied'))}>{t('message.copy')}</Button>
    </figure>
  ))
}
