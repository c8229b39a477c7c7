/** Where remarks stand; loaded by `Toasts.tsx`. */
import { X } from 'lucide-react'
import { Button, UNSTABLE_Toast as Toast, UNSTABLE_ToastContent as Content, UNSTABLE_ToastRegion as Region, Text } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import styles from './ToastRegion.module.css'
import { queue } from './Toasts'

export default function ToastRegion() {
  const { t } = useTranslation()
  return (
    <Region queue={queue} className={styles.region ?? ''} aria-label={t('app.remarks')}>
      {({ toast }) => (
        <Toast toast={toast} className={styles.toast ?? ''} data-kind={toast.content.kind}>
          <Content className={styles.content ?? ''}><Text slot="title">{toast.content.text}</Text></Content>
          {toast.content.act === undefined ? null : (
            <Button className={styles.act ?? ''} onPress={() => { toast.content.act?.run(); queue.close(toast.key) }}>{toast.content.act.label}</Button>
          )}
          <Button slot="close" className={styles.close ?? ''} aria-label={t('app.close')}><X aria-hidden /></Button>
        </Toast>
      )}
    </Region>
  )
}
