/** The password was right, and the address is not confirmed: what to do, and another letter. */
import { useMutation } from '@tanstack/react-query'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { Button } from '../../ui/Button'
import { useOrganization } from '../addresses'
import { useReason, useWords } from '../words'
import { Door } from './Door'
import styles from './Door.module.css'

export function Unconfirmed({ email, again }: { email: string; again: () => void }) {
  const { t } = useWords()
  const api = useApi()
  const organization = useOrganization()
  const reason = useReason()
  const asking = useMutation<unknown, ApiError>({
    networkMode: 'always', mutationFn: () => data(api.POST('/api/v1/auth/email/confirmation/', { body: { organization, email } })),
  })
  return (
    <Door title={t('door.unconfirmed')}>
      <p>{t('door.unconfirmedHow', { email })}</p>
      {asking.isSuccess ? <p className={styles.told} role="status">{t('door.sentAgain')}</p> : null}
      {asking.error === null ? null : <p className={styles.wrong} role="alert">{reason(asking.error)}</p>}
      <Button look="primary" onPress={again}>{t('door.signIn')}</Button>
      <Button isPending={asking.isPending} onPress={() => { asking.mutate() }}>{t('door.another')}</Button>
    </Door>
  )
}
