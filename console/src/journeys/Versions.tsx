/** What was published when and by whom, what differs, and the way back. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { ApiError } from '../api/errors'
import { useApi } from '../app/session'
import { Failure, Loading } from '../app/States'
import { whole } from '../app/time'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { Choose } from '../ui/Field'
import { Badge } from '../ui/Marks'
import { complain, say } from '../ui/Toasts'
import { Changes } from './Changes'
import { firstWords } from './desk/desk'
import type { Difference } from './model/changes'
import { type Graph, nodeOf } from './model/graph'
import { useBuilder } from './Table'
import styles from './Versions.module.css'

export function Versions({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation('journeys')
  const api = useApi()
  const { standing, desk, mayChange } = useBuilder()
  const { id: journey, published_number: current } = standing.detail
  const path = { journey }
  const [before, setBefore] = useState(current === null ? 'nothing' : String(current))
  const [after, setAfter] = useState('draft')
  const [busy, setBusy] = useState<number | null>(null)
  const all = useInfiniteQuery({
    queryKey: ['journeys', journey, 'versions', current], initialPageParam: 1,
    queryFn: async ({ pageParam: page }) => {
      const { data: answer } = await api.GET('/api/v1/journeys/{journey}/versions/', { params: { path, query: { page } } })
      if (answer === undefined) throw new ApiError(0, {})
      return answer
    },
    getNextPageParam: ({ page, pages }) => ((page ?? 1) < (pages ?? 1) ? (page ?? 1) + 1 : undefined),
  })
  const versions = all.data?.pages.flatMap((page) => page.data)
  const restore = async (number: number) => {
    setBusy(number)
    try {
      const version = await data(api.GET('/api/v1/journeys/{journey}/versions/{number}/', { params: { path: { ...path, number } } }))
      desk.edit(() => version.graph as Graph)
      say(t('versions.restored', { number: String(number) }), { label: t('bar.undo'), run: () => { desk.undo() } })
      onClose()
    } catch (error) {
      complain(error instanceof ApiError && !error.passes ? error.message : t('versions.failed'))
    }
    setBusy(null)
  }
  const numbers = (versions ?? []).map((version) => ({ value: String(version.number), label: t('versions.number', { number: String(version.number) }) }))
  return (
    <Dialog title={t('versions.title')} open wide onClose={onClose}>
      {versions === undefined ? all.isError ? <Failure text={t('versions.failed')} again={() => void all.refetch()} /> : <Loading /> : (
        <div className={styles.versions}>
          {versions.length === 0 ? <p className={styles.none}>{t('versions.none')}</p> : (
            <ul className={styles.list}>
              {versions.map((version) => (
                <li key={version.number}>
                  <div>
                    <b>{t('versions.number', { number: String(version.number) })}</b> {version.is_current ? <Badge tone="good">{t('versions.current')}</Badge> : null}
                    <p className={styles.by}>{t('versions.by', { who: version.published_by.name, when: whole(version.published_at, i18n.language) })}</p>
                    {version.note === '' ? null : <p className={styles.note}>{version.note}</p>}
                  </div>
                  <Button small isDisabled={!mayChange} isPending={busy === version.number} onPress={() => void restore(version.number)} aria-label={`${t('versions.restore')}: ${t('versions.number', { number: String(version.number) })}`}>{t('versions.restore')}</Button>
                </li>
              ))}
            </ul>
          )}
          {all.hasNextPage ? <Button small look="quiet" isPending={all.isFetchingNextPage} onPress={() => void all.fetchNextPage()}>{t('versions.earlier')}</Button> : null}
          {versions.length === 0 ? null : (
            <section aria-labelledby="versions-compare" className={styles.compare}>
              <h3 id="versions-compare">{t('versions.compare')}</h3>
              <div className={styles.pair}>
                <Choose label={t('versions.before')} value={before} options={numbers} onChange={setBefore} />
                <Choose label={t('versions.after')} value={after} options={[{ value: 'draft', label: t('versions.draft') }, ...numbers]} onChange={setAfter} />
              </div>
              <Compared before={before} after={after} />
            </section>
          )}
        </div>
      )}
    </Dialog>
  )
}

function Compared({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation('journeys')
  const api = useApi()
  const { standing, desk } = useBuilder()
  const { id: journey, version } = standing.detail
  const found = useQuery({
    queryKey: ['journeys', journey, 'diff', before, after, version, standing.saving.name],
    queryFn: async () => {
      if (after === 'draft') await desk.saver.flush() // the server compares what it has
      const query = { before: Number(before), ...(after === 'draft' ? {} : { after: Number(after) }) }
      const graph = async (number: string) => (await data(api.GET('/api/v1/journeys/{journey}/versions/{number}/', { params: { path: { journey, number: Number(number) } } }))).graph as Graph
      const [difference, from, to] = await Promise.all([
        data(api.GET('/api/v1/journeys/{journey}/diff/', { params: { path: { journey }, query } })), graph(before), after === 'draft' ? desk.graph : graph(after)])
      return { difference: difference as Difference, name: (id: string) => title(to, id) ?? title(from, id) ?? id }
    },
  })
  if (found.data === undefined) return found.isError ? <Failure text={t('versions.failed')} again={() => void found.refetch()} /> : <Loading />
  return <Changes difference={found.data.difference} name={found.data.name} />
}

export function title(graph: Graph, id: string): string | null {
  const node = nodeOf(graph, id)
  return node === null ? null : firstWords(node.text) || id
}
