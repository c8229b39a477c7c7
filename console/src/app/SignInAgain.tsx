/** Over the page of somebody whose session was ended: they sign in again where they were, and nothing that they typed is gone. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { keys } from '../api/keys'
import { Entering } from '../pages/sign-in/Entering'
import type { Me } from '../realtime/live'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { asksToSignIn, useForgetting, useWatched } from './session'
import styles from './SignInAgain.module.css'

/** `forgotten`: where a new password is asked for, in another tab, as nothing typed here may be lost. */
export default function SignInAgain({ me, forgotten }: { me: Me; forgotten: string }) {
  const { t } = useTranslation()
  const cache = useQueryClient()
  const forget = useForgetting()
  const open = useWatched(asksToSignIn)
  useEffect(() => {
    const look = () => { // another tab may have signed in again
      if (document.visibilityState === 'visible') void cache.invalidateQueries({ queryKey: keys.me })
    }
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      asksToSignIn.set(true)
    }
  }, [cache])
  return (
    <Dialog title={t('again.title')} open={open} onClose={() => { asksToSignIn.set(false) }}
      foot={<Button look="quiet" onPress={forget}>{t('again.other')}</Button>}>
      <div className={styles.again}>
        <p>{t('again.text')}{me.staff ? ` ${t('again.barred')}` : ''}</p>
        <Entering organization={me.organization.slug} email={me.email} onEntered={() => void cache.invalidateQueries()} />
        <a className={styles.forgotten} href={forgotten} target="_blank" rel="noopener">{t('again.forgotten')}</a>
      </div>
    </Dialog>
  )
}
