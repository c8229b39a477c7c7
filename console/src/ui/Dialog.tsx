/** A window over the page. It is closed by Escape, its cross, or a press beside it; `sheet` comes from below on a phone. */
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as Window, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { Button, IconButton } from './Button'
import styles from './Dialog.module.css'

interface Props {
  title: string
  open: boolean
  onClose: () => void
  wide?: boolean
  /** There is only text in it, which is scrolled by keys. */
  reading?: boolean
  /** Below the content, at the right: what ends it. */
  foot?: ReactNode
  children: ReactNode
}

export function Dialog({ title, open, onClose, wide = false, reading = false, foot, children }: Props) {
  const { t } = useTranslation()
  return (
    <ModalOverlay isOpen={open} isDismissable onOpenChange={(isOpen) => { if (!isOpen) onClose() }} className={styles.overlay ?? ''}>
      <Modal className={styles.modal ?? ''} data-wide={wide}>
        <Window className={styles.dialog ?? ''}>
          <header className={styles.head}>
            <Heading slot="title" className={styles.title ?? ''}>{title}</Heading>
            <IconButton label={t('app.close')} onPress={onClose}><X aria-hidden /></IconButton>
          </header>
          <div className={styles.body} {...(reading ? { tabIndex: 0, role: 'group', 'aria-label': title } : {})}>{children}</div>
          {foot === undefined ? null : <footer className={styles.foot}>{foot}</footer>}
        </Window>
      </Modal>
    </ModalOverlay>
  )
}

/** Asks before what cannot be taken back; `act` says in a verb what will be done. */
export function Confirm({ title, act, danger = true, busy = false, open, onClose, onConfirm, children }:
{ title: string; act: string; danger?: boolean; busy?: boolean; open: boolean; onClose: () => void; onConfirm: () => void; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <Dialog title={title} open={open} onClose={onClose} foot={(
      <>
        <Button onPress={onClose}>{t('app.cancel')}</Button>
        <Button look={danger ? 'danger' : 'primary'} isPending={busy} onPress={onConfirm}>{act}</Button>
      </>
    )}>{children}</Dialog>
  )
}
