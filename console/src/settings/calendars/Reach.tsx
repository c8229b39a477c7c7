/** What a calendar that is not saved yet would make of a few lengths of time. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { useApi } from '../../app/session'
import { Loading } from '../../app/States'
import { isZone, moment, ownZone } from '../kit/moments'
import { useTold } from '../kit/Page'
import { Start } from '../kit/Start'
import type { Draft } from './Calendar'
import styles from './Calendar.module.css'

const LENGTHS = [[3600, 'urgent'], [4 * 3600, 'high'], [8 * 3600, 'normal'], [24 * 3600, 'low']] as const

export function Reach({ draft }: { draft: Draft }) {
  const { t, i18n } = useTranslation('settings')
  const api = useApi()
  const told = useTold()
  const [start, setStart] = useState(() => new Date().toISOString())
  const calendar = useDeferredValue({
    time_zone: draft.time_zone, hours: [...draft.hours], holidays: draft.holidays.filter(({ date }) => date !== ''), country: draft.country, subdivision: draft.subdivision,
  })
  const query = useQuery<{ targets: { due_at: string | null }[] }, ApiError>({
    queryKey: ['settings', 'preview', start, calendar], placeholderData: keepPreviousData, retry: false,
    queryFn: () => data(api.POST('/api/v1/sla/preview/', { body: {
      start, calendar, targets: LENGTHS.map(([seconds, priority]) => ({ clock: 'resolution' as const, priority, seconds })),
    } })),
  })
  const zone = draft.time_zone
  const hours = new Intl.NumberFormat(i18n.language, { style: 'unit', unit: 'hour', unitDisplay: 'long' }) // a day of open time is no day
  return (
    <>
      <Start value={start} onChange={setStart} />
      {query.error !== null ? <p className={styles.told} role="status">{told(query.error)} {Object.values(query.error.fields).flat().join(' ')}</p>
        : query.data === undefined ? <Loading /> : (
          <table className={styles.preview} aria-busy={query.isPlaceholderData}>
            <thead><tr><th scope="col">{t('preview.promised')}</th><th scope="col">{t('preview.due')}</th></tr></thead>
            <tbody>
              {LENGTHS.map(([seconds], place) => {
                const due = query.data.targets[place]?.due_at ?? null
                return (
                  <tr key={seconds}>
                    <th scope="row">{hours.format(seconds / 3600)}</th>
                    <td>{due === null ? t('preview.never') : isZone(zone) ? moment(due, i18n.language, zone) : t('preview.noZone')}
                      {due === null || zone === ownZone() ? null : <small>{t('preview.yours', { when: moment(due, i18n.language) })}</small>}</td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        )}
    </>
  )
}
