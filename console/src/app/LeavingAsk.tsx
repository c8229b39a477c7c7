/** Asks whoever signs out while something is on this device alone: to stay until it is sent, or to throw it away. */
import { useTranslation } from 'react-i18next'

import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import styles from './SignInAgain.module.css'
import type { OnlyHere } from './leaving'

export default function LeavingAsk({ lost, busy, onStay, onLeave }: { lost: OnlyHere; busy: boolean; onStay: () => void; onLeave: () => void }) {
  const { t } = useTranslation()
  return (
    <Dialog title={t('leaving.title')} open onClose={onStay} foot={(
      <>
        <Button look="danger" isPending={busy} onPress={onLeave}>{t('leaving.act')}</Button>
        <Button look="primary" onPress={onStay}>{t('leaving.stay')}</Button>
      </>
    )}>
      <div className={styles.again}>
        {lost.messages === 0 ? null : <p>{t('leaving.unsent', { count: lost.messages })}</p>}
        {lost.typed ? <p>{t('leaving.typed')}</p> : null}
        <p>{t('leaving.how')}</p>
      </div>
    </Dialog>
  )
}
