/** A window that asks for something before it is done, and says why it was refused. */
import { type ReactNode, useId } from 'react'
import { Form } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import type { ApiError } from '../api/errors'
import styles from './Ask.module.css'
import { Button } from './Button'
import { Dialog } from './Dialog'

export interface Asking {
  title: string
  told: string
  act: string
  asking: { isPending: boolean; error: ApiError | null; mutate: () => void }
  /** What a refusal is to whoever reads it, where no field is at fault. */
  why: (error: ApiError) => string
  possible?: boolean
  danger?: boolean
  onClose: () => void
  children: ReactNode
}

export function Ask({ title, told, act, asking, why, possible = true, danger = false, onClose, children }: Asking) {
  const { t } = useTranslation()
  const form = useId()
  const { error } = asking
  return (
    <Dialog title={title} open onClose={onClose} foot={(
      <>
        <Button onPress={onClose}>{t('app.cancel')}</Button>
        <Button type="submit" form={form} look={danger ? 'danger' : 'primary'} isPending={asking.isPending}>{act}</Button>
      </>
    )}>
      <Form id={form} className={styles.ask ?? ''} validationBehavior="aria" onSubmit={(event) => {
        event.preventDefault()
        if (possible) asking.mutate()
      }}>
        <p className={styles.told}>{told}</p>
        {children}
        <p className={styles.wrong} role="alert">{error === null || Object.keys(error.fields).length > 0 ? '' : why(error)}</p>
      </Form>
    </Dialog>
  )
}
