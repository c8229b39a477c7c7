/** Where remarks stand; loaded by `Toasts.tsx`. */
import { X } from 'lucide-react'
import { type RefObject, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { Button, UNSTABLE_Toast as Toast, UNSTABLE_ToastContent as Content, UNSTABLE_ToastRegion as Region, Text } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { makeRoom, placeKept, watchPlace } from './place'
import styles from './ToastRegion.module.css'
import { queue } from './Toasts'

export default function ToastRegion() {
  const { t } = useTranslation()
  const region = useRef<HTMLDivElement>(null)
  useRoom(region)
  return (
    <Region ref={region} queue={queue} className={styles.region ?? ''} aria-label={t('app.remarks')}>
      {({ toast }) => (
        <Toast toast={toast} className={styles.toast ?? ''} data-kind={toast.content.kind} data-remark>
          <Content className={styles.content ?? ''}><Text slot="title">{toast.content.text}</Text></Content>
          {toast.content.times === 1 ? null : <span className={styles.times} title={t('app.times', { count: toast.content.times })}>×{toast.content.times}</span>}
          {toast.content.act === undefined ? null : (
            <Button className={styles.act ?? ''} onPress={() => { toast.content.act?.run(); queue.close(toast.key) }}>{toast.content.act.label}</Button>
          )}
          <Button slot="close" className={styles.close ?? ''} aria-label={t('app.close')}><X aria-hidden /></Button>
        </Toast>
      )}
    </Region>
  )
}

/** Where a page keeps a place for remarks, it makes room there as long as some stand in it, so that nothing lies beneath them. */
function useRoom(region: RefObject<HTMLDivElement | null>): void {
  const kept = useSyncExternalStore(watchPlace, placeKept)
  const some = useSyncExternalStore((changed) => queue.subscribe(changed), () => queue.visibleToasts.length > 0)
  useLayoutEffect(() => (region.current === null || kept === null || !some ? undefined : makeRoom(region.current, kept)), [region, kept, some])
}
