/** Two drafts of one journey: what each changed, and what is to become of both. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { useApi } from '../app/session'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { complain, say } from '../ui/Toasts'
import { Changes } from './Changes'
import styles from './Conflict.module.css'
import type { Saving } from './desk/saver'
import { differenceOf } from './model/changes'
import type { Graph } from './model/graph'
import { merge } from './model/merge'
import { useRefusal } from './refusals'
import { useBuilder } from './Table'
import { title } from './Versions'

type Clash = Extract<Saving, { name: 'conflict' }>

export function Conflict({ saving, onClose }: { saving: Clash; onClose: () => void }) {
  const { t } = useTranslation('journeys')
  const api = useApi()
  const refusal = useRefusal()
  const { desk, standing } = useBuilder()
  const { base, mine, theirs } = saving
  const merged = merge(base, mine, theirs.draft)
  const [shown, setShown] = useState<'mine' | 'theirs'>('theirs')
  const name = (id: string) => title(mine, id) ?? title(theirs.draft, id) ?? title(base, id) ?? (id === '' ? t('problems.whole') : id)
  const end = (graph: Graph) => { desk.resolve(graph); onClose() }
  const copying = useMutation({
    mutationFn: () => data(api.POST('/api/v1/journeys/', { body: { name: t('list.copyName', { name: standing.detail.name }).slice(0, 200), graph: mine } })),
    onSuccess: (made) => { say(t('conflict.copied', { name: made.name })); end(theirs.draft) },
    onError: (error) => { complain(refusal(error)) },
  })
  return (
    <Dialog title={t('conflict.title')} open wide onClose={onClose} foot={(
      <>
        <Button look="quiet" onPress={onClose}>{t('conflict.later')}</Button>
        <Button isPending={copying.isPending} onPress={() => { copying.mutate() }}>{t('conflict.copy')}</Button>
        <Button onPress={() => { end(theirs.draft) }}>{t('conflict.takeTheirs')}</Button>
        <Button onPress={() => { end(mine) }}>{t('conflict.keepMine')}</Button>
        <Button look="primary" onPress={() => { end(merged.graph) }}>{t('conflict.keepBoth')}</Button>
      </>
    )}>
      <div className={styles.conflict}>
        <p>{t('conflict.text')}</p>
        <p className={styles.verdict} data-both={merged.both.length > 0}>{merged.both.length === 0 ? t('conflict.apart') : t('conflict.together', { steps: merged.both.map(name).join(', ') })}</p>
        <div className={styles.sides}>
          {([['mine', mine], ['theirs', theirs.draft]] as const).map(([side, graph]) => (
            <section key={side} aria-label={t(side === 'mine' ? 'conflict.yours' : 'conflict.other')} data-shown={shown === side}>
              <h3><button type="button" onClick={() => { setShown(side) }}>{t(side === 'mine' ? 'conflict.yours' : 'conflict.other')}</button></h3>
              <Changes difference={differenceOf(base, graph)} name={name} />
            </section>
          ))}
        </div>
      </div>
    </Dialog>
  )
}
