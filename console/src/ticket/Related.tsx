/** What this follows, and what followed it. */
import { useTranslation } from 'react-i18next'

import { Other } from './Earlier'
import styles from './Earlier.module.css'
import type { Ticket } from './ticket'

export function Related({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation('ticket')
  return (
    <>
      {ticket.follow_up_of === null ? null : <><p className={styles.label}>{t('related.of')}</p><Other row={ticket.follow_up_of} /></>}
      {ticket.follow_ups.length === 0 ? null : <p className={styles.label}>{t('related.by')}</p>}
      {ticket.follow_ups.map((row) => <Other key={row.id} row={row} />)}
    </>
  )
}
