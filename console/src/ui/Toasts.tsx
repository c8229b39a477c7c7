/** Short remarks at the edge of the page: what was done, or what was refused and why. They are read aloud; refusals stay until closed. */
import { X } from 'lucide-react'
import {
  Button, UNSTABLE_Toast as Toast, UNSTABLE_ToastContent as Content, UNSTABLE_ToastQueue as Queue, UNSTABLE_ToastRegion as Region, Text,
} from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import styles from './Toasts.module.css'

interface Remark {
  text: string
  kind: 'done' | 'wrong'
  /** Takes it back, or tries again. */
  act?: { label: string; run: () => void }
}
const SHOWN = 6_000 // milliseconds
const queue = new Queue<Remark>({ maxVisibleToasts: 3 })

export function say(text: string, act?: Remark['act']): void {
  queue.add({ text, kind: 'done', ...(act === undefined ? {} : { act }) }, { timeout: SHOWN })
}

export function complain(text: string, act?: Remark['act']): void {
  queue.add({ text, kind: 'wrong', ...(act === undefined ? {} : { act }) })
}

export function Toasts() {
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
