/** Whether what is seen is the present: always shown, in a few words. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from '../ui/Button'
import styles from './Connection.module.css'
import { asksToSignIn, useIsHere, useLive, useWatched } from './session'
import { type Said, standing } from './standing'
import { clock } from './time'

export function Connection() {
  const { t, i18n } = useTranslation()
  const live = useLive()
  const said = useStanding()
  const time = said.at === undefined ? '' : clock(said.at, i18n.language)
  const acts = {
    now: () => { live.line.wake() },
    again: () => { live.resume() },
    signIn: () => { asksToSignIn.set(true) },
  }
  const { act } = said
  return (
    <div className={styles.connection} data-tone={said.tone} data-text={said.text}>
      <i className={styles.dot} aria-hidden="true" />
      <span role="status" className={styles.text} aria-label={t('line.label')}>{t(`line.${said.text}`, { time })}</span>
      {said.next === undefined ? null : <span className={styles.next} aria-hidden="true">{t('line.next', { count: said.next })}</span>}
      {act === undefined ? null : <Button small onPress={acts[act]}>{t(`line.${act}`)}</Button>}
    </div>
  )
}

function useStanding(): Said {
  const live = useLive()
  const here = useIsHere()
  const line = useWatched(live.state)
  const lostAt = useWatched(live.lostAt)
  const rightsChangedAt = useWatched(live.rightsChangedAt)
  const online = useSyncExternalStore(watchNetwork, () => navigator.onLine)
  const [now, setNow] = useState(Date.now)
  const quiet = line.name === 'ready' && here && rightsChangedAt === null
  useEffect(() => {
    const look = () => { setNow(Date.now()) }
    look()
    const ticking = quiet ? undefined : setInterval(look, 500)
    return () => { clearInterval(ticking) }
  }, [quiet, line, rightsChangedAt])
  return standing({ line, here, online, lostAt, rightsChangedAt, now })
}

function watchNetwork(changed: () => void): () => void {
  addEventListener('online', changed)
  addEventListener('offline', changed)
  return () => {
    removeEventListener('online', changed)
    removeEventListener('offline', changed)
  }
}
