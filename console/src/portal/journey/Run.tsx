/** On the way through a journey: one question at a time, as the server says what comes next. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'

import { data } from '../../api/client'
import { ApiError } from '../../api/errors'
import type { components } from '../../api/schema'
import { useApi } from '../../app/session'
import { Failure, Loading } from '../../app/States'
import { useAt } from '../addresses'
import { portalKeys } from '../keys'
import { Head, Page } from '../Page'
import { useReason, useWords } from '../words'
import { Asking } from './Asking'
import { Done } from './Done'
import styles from './Run.module.css'

export type RunShown = components['schemas']['RunShown']

export function Run() {
  const { t } = useWords()
  const { run: id = '' } = useParams()
  const api = useApi()
  const at = useAt()
  const reason = useReason()
  const asked = useQuery({
    queryKey: portalKeys.run(id), staleTime: 0, queryFn: ({ signal }) => data(api.GET('/api/v1/runs/{run}/', { params: { path: { run: id } }, signal })),
  })
  const [overtaken, setOvertaken] = useState(false)
  const run = asked.data
  if (run === undefined) {
    if (asked.error === null) return <Loading />
    if (asked.error instanceof ApiError && asked.error.status === 404) {
      return <Page title={t('run.gone')}><Link to={at()} replace>{t('run.toHome')}</Link></Page>
    }
    return <Failure text={reason(asked.error)} again={() => void asked.refetch()} />
  }
  const { node } = run
  return (
    <div className={styles.run} data-whole>
      <Head title={run.journey.name} back={at()} backTo={t('nav.home')}>
        <p className={styles.name} dir="auto">{run.journey.name}</p>
        <progress className={styles.progress} value={run.progress} aria-label={t('run.progress')}>{t('run.step', { percent: String(Math.round(run.progress * 100)) })}</progress>
      </Head>
      {node === null ? <Done run={run} overtaken={overtaken} /> : <Asking key={node.id} run={run} node={node} overtaken={overtaken} onOvertaken={setOvertaken} />}
    </div>
  )
}
