/** A window that asks for something before it is done, and says why it was refused. */
import { type ReactNode, useId } from 'react'
import { Form } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import type { ApiError } from '../../api/errors'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { useTold } from '../kit/Page'
import styles from './Account.module.css'

interface Props {
  title: string
  told: string
  act: string
  asking: { isPending: boolean; error: ApiError | null; mutate: () => void }
  possible?: boolean
  danger?: boolean
  onClose: () => void
  children: ReactNode
}

export function Ask({ title, told, act, asking, possible = true, danger = false, onClose, children }: Props) {
  const { t } = useTranslation()
  const form = useId()
  const say = useTold()
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
        <p className={styles.wrong} role="alert">{error === null || Object.keys(error.fields).length > 0 ? '' : say(error)}</p>
      </Form>
    </Dialog>
  )
}
