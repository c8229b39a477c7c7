/** The deadlines of a ticket that would be opened then, by promises that are not saved yet. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { Loading } from '../../app/States'
import type { Schema } from '../asked'
import { moment } from '../kit/moments'
import { Nothing, useTold } from '../kit/Page'
import { Start } from '../kit/Start'
import styles from './Policies.module.css'
import { CLOCKS, PRIORITIES } from './targets'

export function Deadlines({ targets }: { targets: readonly Schema['TargetFields'][] }) {
  const { t, i18n } = useTranslation(['settings', 'common'])
  const api = useApi()
  const told = useTold()
  const [start, setStart] = useState(() => new Date().toISOString())
  const wanted = useDeferredValue([...targets])
  const query = useQuery<Schema['UnsavedPreview'], ApiError>({
    queryKey: ['settings', 'preview', start, wanted], placeholderData: keepPreviousData, retry: false, enabled: wanted.length > 0,
    queryFn: () => data(api.POST('/api/v1/sla/preview/', { body: { start, targets: wanted } })),
  })
  if (wanted.length === 0) return <Nothing text={t('preview.nothing')} />
  const due = (clock: string, priority: string) => query.data?.targets.find((each) => each.clock === clock && each.priority === priority)
  return (
    <>
      <Start value={start} onChange={setStart} />
      {query.error !== null ? <p className={styles.told} role="status">{told(query.error)} {Object.values(query.error.fields).flat().join(' ')}</p>
        : query.data === undefined ? <Loading /> : (
          <div className={styles.frame} role="group" aria-label={t('preview.title')} tabIndex={0}>
            <table className={styles.preview} aria-busy={query.isPlaceholderData}>
              <thead><tr><td />{CLOCKS.map((clock) => <th key={clock} scope="col">{t(`common:clock.${clock}`)}</th>)}</tr></thead>
              <tbody>
                {PRIORITIES.map((priority) => (
                  <tr key={priority}>
                    <th scope="row">{t(`common:priority.${priority}`)}</th>
                    {CLOCKS.map((clock) => {
                      const found = due(clock, priority)
                      return (
                        <td key={clock}>
                          {found === undefined ? <span className={styles.told}>–</span> : found.due_at === null ? t('preview.never') : (
                            <>
                              {moment(found.due_at, i18n.language)}
                              {found.warning_at === null ? null : <small>{t('preview.warns', { when: moment(found.warning_at, i18n.language) })}</small>}
                            </>
                          )}
                        </td>
                      )
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </>
  )
}
