/** What was not done and why, where it was tried. */
import { CircleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Button } from '../ui/Button'
import styles from './Refused.module.css'
import { refusalText } from './refusalText'
import type { Ticket } from './ticket'
import type { Refusal, Wishes } from './wishes'

export function Refused({ ticket, refusal, wishes }: { ticket: Ticket; refusal: Refusal; wishes: Wishes }) {
  const { t } = useTranslation(['ticket', 'common'])
  return (
    <div className={styles.refused} role="alert">
      <CircleAlert aria-hidden />
      <p>{refusalText(t, refusal.error)}</p>
      <div className={styles.acts}>
        {refusal.error.passes ? <Button small onPress={() => { wishes.wish(ticket, refusal.wish) }}>{t('refused.again')}</Button> : null}
        <Button small look="quiet" onPress={wishes.dismiss}>{t('refused.dismiss')}</Button>
      </div>
    </div>
  )
}
