/** What was not done and why, where it was tried. */
import { CircleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { copy } from '../conversation/MessageMenu'
import { Button } from '../ui/Button'
import type { Wish } from './conflict'
import styles from './Refused.module.css'
import { refusalText } from './refusalText'
import type { Ticket } from './ticket'
import type { Refusal, Wishes } from './wishes'

export function Refused({ ticket, refusal, wishes }: { ticket: Ticket; refusal: Refusal; wishes: Wishes }) {
  const { t } = useTranslation(['ticket', 'common'])
  const typed = typedFor(refusal.wish)
  return (
    <div className={styles.refused} role="alert">
      <CircleAlert aria-hidden />
      <p>{refusalText(t, refusal.error)}</p>
      {typed === '' ? null : (
        <figure className={styles.typed}><figcaption>{t('refused.typed')}</figcaption><blockquote dir="auto">{typed}</blockquote></figure>
      )}
      <div className={styles.acts}>
        {refusal.error.passes ? <Button small onPress={() => { wishes.wish(ticket, refusal.wish) }}>{t('refused.again')}</Button> : null}
        {typed === '' ? null : <Button small onPress={() => void copy(typed, t('common:message.copied'))}>{t('common:message.copy')}</Button>}
        <Button small look="quiet" onPress={wishes.dismiss}>{t('refused.dismiss')}</Button>
      </div>
    </div>
  )
}

/** What would have to be typed again. */
function typedFor(wish: Wish): string {
  if (wish.kind === 'transfer') return wish.note
  return wish.kind === 'change' ? wish.fields.subject ?? '' : ''
}
