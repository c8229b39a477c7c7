/** Whether what is seen is the present. Nothing is said while all is well. */
import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import styles from './Connection.module.css'
import { useLive, useWatched } from './session'

const SHORT = 600 // milliseconds without a connection that nobody needs to be told of

export function Connection() {
  const { t } = useTranslation()
  const live = useLive()
  const state = useWatched(live.state)
  const [late, setLate] = useState(false)
  const [now, setNow] = useState(Date.now)
  const ready = state.name === 'ready'
  useEffect(() => {
    if (ready) return undefined
    const waiting = setTimeout(() => { setLate(true) }, SHORT)
    const ticking = setInterval(() => { setNow(Date.now()) }, 500)
    return () => {
      setLate(false)
      clearTimeout(waiting)
      clearInterval(ticking)
    }
  }, [ready])
  const text = state.name === 'waiting' ? t('line.waiting', { count: Math.max(1, Math.ceil((state.until - now) / 1000)) })
    : state.name === 'ended' ? t('line.refused') : t('line.connecting')
  return (
    <div role="status" className={styles.place} data-state={state.name}>
      {ready ? <span className="unseen">{t('line.ready')}</span> : late ? (
        <div className={styles.bar}>
          <span>{text}</span>
          {state.name === 'waiting' ? <Button className={styles.now ?? ''} onPress={() => { live.line.wake() }}>{t('line.now')}</Button> : null}
        </div>
      ) : null}
    </div>
  )
}
