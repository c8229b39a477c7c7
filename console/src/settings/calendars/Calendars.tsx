import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { useMay } from '../../app/session'
import { Badge } from '../../ui/Marks'
import { useCalendars } from '../asked'
import { Asked, Nothing, Page, Row, Rows } from '../kit/Page'
import roles from '../roles/Roles.module.css'
import { written } from '../shifts/week'

export function Calendars() {
  const { t, i18n } = useTranslation('settings')
  const query = useCalendars()
  const adds = useMay('tickets.add_calendar')
  return (
    <Page title={t('places.calendars')} lead={t('told.calendars')}
      acts={adds ? <Link to="new" className={roles.new}><Plus aria-hidden />{t('calendars.new')}</Link> : undefined}>
      <Asked query={query}>{(calendars) => calendars.length === 0 ? <Nothing text={t('calendars.none')} hint={t('calendars.noneHint')} /> : (
        <Rows label={t('places.calendars')}>
          {calendars.map((calendar) => (
            <Row key={calendar.id} to={calendar.id} title={calendar.name}
              told={`${written(calendar.hours.map(({ weekday, opens, closes }) => ({ weekday, from: opens, to: closes })), i18n.language)} · ${calendar.time_zone}`}
              beside={calendar.policies.length === 0 ? undefined : <Badge>{t('calendars.used', { count: calendar.policies.length })}</Badge>} />
          ))}
        </Rows>
      )}</Asked>
    </Page>
  )
}
