/** The settings: one's own account for everybody of the staff, and for those who administer what a form serves better than Django admin. */
import { ExternalLink } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link, Navigate, NavLink, Route, Routes } from 'react-router'

import { useMe } from '../app/session'
import { Account } from './account/Account'
import { Calendar } from './calendars/Calendar'
import { Calendars } from './calendars/Calendars'
import { Guard } from './kit/Guard'
import { Page } from './kit/Page'
import { Organization } from './Organization'
import { People } from './people/People'
import { Person } from './people/Person'
import { GROUPS, type Place, PLACES } from './places'
import { Policies } from './policies/Policies'
import { Policy } from './policies/Policy'
import { Queue } from './Queue'
import { Role } from './roles/Role'
import { Roles } from './roles/Roles'
import styles from './Settings.module.css'
import { Shift, Shifts } from './shifts/Shifts'
import { Skill } from './skills/Skill'
import { Skills } from './skills/Skills'
import './texts'

const PAGES: Record<Place['name'], readonly (readonly [string, React.ComponentType])[]> = {
  account: [['account', Account]],
  organization: [['organization', Organization]],
  people: [['people', People], ['people/:id', Person]],
  roles: [['roles', Roles], ['roles/:id', Role]],
  skills: [['skills', Skills], ['skills/:id', Skill]],
  shifts: [['shifts', Shifts], ['shifts/:id', Shift]],
  queue: [['queue', Queue]],
  calendars: [['calendars', Calendars], ['calendars/:id', Calendar]],
  policies: [['policies', Policies], ['policies/:id', Policy]],
}

export default function Settings() {
  const { t } = useTranslation('settings')
  const { permissions } = useMe()
  const seen = PLACES.filter((place) => place.needs === null || permissions.includes(place.needs))
  const administers = permissions.includes('accounts.use_admin')
  return (
    <div className={styles.settings}>
      <nav className={styles.nav} aria-label={t('title')}>
        <Link to="/settings" className={styles.title}>{t('title')}</Link>
        {GROUPS.map((group) => {
          const places = seen.filter((place) => place.group === group)
          return places.length === 0 ? null : (
            <div key={group} role="group" aria-label={t(`groups.${group}`)}>
              <span className={styles.group} aria-hidden="true">{t(`groups.${group}`)}</span>
              {places.map(({ name, icon: Icon }) => (
                <NavLink key={name} to={`/settings/${name}`} className={styles.place ?? ''}><Icon aria-hidden />{t(`places.${name}`)}</NavLink>
              ))}
            </div>
          )
        })}
        {administers ? <a href="/admin/" className={styles.place}><ExternalLink aria-hidden />{t('places.admin')}</a> : null}
      </nav>
      <main className={styles.main}>
        <Routes>
          <Route index element={<Overview places={seen} administers={administers} />} />
          {seen.flatMap(({ name }) => PAGES[name].map(([path, Shown]) => <Route key={path} path={path} element={<Shown />} />))}
          <Route path="*" element={<Navigate to="/settings" replace />} />
        </Routes>
      </main>
      <Guard />
    </div>
  )
}

function Overview({ places, administers }: { places: readonly Place[]; administers: boolean }) {
  const { t } = useTranslation('settings')
  return (
    <Page title={t('title')} up={null} wide>
      {GROUPS.filter((group) => places.some((place) => place.group === group)).map((group) => (
        <div key={group} className={styles.cards}>
          <h2 className={styles.group}>{t(`groups.${group}`)}</h2>
          {places.filter((place) => place.group === group).map(({ name, icon: Icon }) => (
            <Link key={name} to={`/settings/${name}`} className={styles.card}><Icon aria-hidden /><span><strong>{t(`places.${name}`)}</strong><small>{t(`told.${name}`)}</small></span></Link>
          ))}
        </div>
      ))}
      {administers ? (
        <div className={styles.cards}>
          <h2 className={styles.group}>{t('groups.rest')}</h2>
          <a href="/admin/" className={styles.card}><ExternalLink aria-hidden /><span><strong>{t('places.admin')}</strong><small>{t('told.admin')}</small></span></a>
        </div>
      ) : null}
    </Page>
  )
}
