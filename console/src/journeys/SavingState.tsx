/** Whether the server has what is seen, and what to do where it has not. */
import { useQueryClient } from '@tanstack/react-query'
import { Cloud, CloudOff, CloudUpload, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { keys } from '../api/keys'
import { Button } from '../ui/Button'
import { say } from '../ui/Toasts'
import styles from './Builder.module.css'
import type { Saving } from './desk/saver'
import { download } from './files'
import { useBuilder } from './Table'

export function SavingState() {
  const { t } = useTranslation('journeys')
  const { standing: { saving } } = useBuilder()
  const calm = saving.name === 'saved' || saving.name === 'waiting' || saving.name === 'saving'
  return (
    <span className={styles.saving} role="status" data-name={saving.name}>
      {saving.name === 'saved' ? <Cloud aria-hidden /> : calm ? <CloudUpload aria-hidden /> : <CloudOff aria-hidden />}
      <span>{calm ? t(`saving.${saving.name}`) : null}</span>
    </span>
  )
}

/** A bar below the head while the server does not have it. */
export function SavingBar({ onCompare }: { onCompare: () => void }) {
  const { t } = useTranslation('journeys')
  const { desk, graph, standing: { saving, detail: { name, description, audience, language } } } = useBuilder()
  const cache = useQueryClient()
  const refused = ({ code, message }: Extract<Saving, { name: 'refused' }>) => (
    code === 'forbidden' ? t('saving.forbidden') : code === 'not_found' ? t('saving.gone') : t('saving.refused', { reason: message })
  )
  if (saving.name === 'saved' || saving.name === 'waiting' || saving.name === 'saving') return null
  return (
    <div className={styles.trouble} role="alert">
      <TriangleAlert aria-hidden />
      <span>{saving.name === 'refused' ? refused(saving) : t(`saving.${saving.name}`)}</span>
      {saving.name === 'unreachable' ? <Button small onPress={() => { desk.saver.wake() }}>{t('saving.now')}</Button> : null}
      {saving.name === 'signedOut' ? <Button small onPress={() => void cache.resetQueries({ queryKey: keys.me })}>{t('saving.signIn')}</Button> : null}
      {saving.name === 'refused' ? (
        <>
          <Button small onPress={() => { download(name, { name, description, audience, language, graph }) }}>{t('bar.export')}</Button>
          <Button small look="quiet" onPress={() => { desk.discard(); say(t('saving.discarded'), { label: t('bar.undo'), run: () => { desk.undo() } }) }}>{t('saving.discard')}</Button>
        </>
      ) : null}
      {saving.name === 'conflict' ? <Button small onPress={onCompare}>{t('saving.compare')}</Button> : null}
    </div>
  )
}
