/** What stands around every page of the staff: the way to the others, who one is, and how one and the connection stand. */
import { CircleUser, Inbox as InboxIcon, ListOrdered, Settings, SlidersHorizontal, Workflow } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { NavLink, Outlet, useLocation, useNavigate } from 'react-router'

import { LANGUAGES, type Language, speak } from '../i18n'
import { Keyboard } from '../keyboard/Keyboard'
import { useActs } from '../keyboard/useAct'
import { Menu, MenuAct, MenuChoice, MenuLine } from '../ui/Menu'
import { keepPlace } from '../ui/place'
import { Boundary } from './Boundary'
import { Connection } from './Connection'
import { NoticeSwitches } from './notices/NoticeSwitches'
import { useNotices } from './notices/useNotices'
import { OwnStatus } from './OwnStatus'
import { STAFF } from './pages'
import styles from './Shell.module.css'
import { useMe } from './session'
import { THEMES, useTheme, wear } from './theme'
import { useSignOut } from './useSignOut'

interface Way {
  readonly path: string
  readonly text: 'queue' | 'journeys' | 'settings'
  readonly icon: ReactNode
  readonly needs: string | null
}

/** Pages that are here, for those who may do something there. */
const WAYS: readonly Way[] = ([
  { path: '/queue', text: 'queue', icon: <ListOrdered aria-hidden />, needs: 'tickets.reassign_ticket' },
  { path: '/journeys', text: 'journeys', icon: <Workflow aria-hidden />, needs: 'journeys.change_journey' },
  { path: '/settings', text: 'settings', icon: <SlidersHorizontal aria-hidden />, needs: null },
] as const).filter(({ path }) => STAFF.some((place) => place.path === path))

export function Shell() {
  const { t } = useTranslation()
  const me = useMe()
  const unread = useNotices()
  const go = useNavigate()
  const { pathname } = useLocation()
  const ways = WAYS.filter(({ needs }) => needs === null || me.permissions.includes(needs))
  useActs(ways.map(({ path, text }) => ({ id: `go.${text}`, text: t(`menu.${text}`), group: 'go' as const, run: () => void go(path) })))
  return (
    <div className={styles.shell}>
      <nav className={styles.rail} aria-label={t('app.name')}>
        <NavLink to="/" end className={styles.place ?? ''} title={t('menu.inbox')}>
          <InboxIcon aria-hidden /><Name of="inbox" />
          {unread === 0 ? null : <span className={styles.unread}><span className="unseen">{t('list.unread', { count: unread })}</span><span aria-hidden="true">{unread > 99 ? '99+' : unread}</span></span>}
        </NavLink>
        {ways.map(({ path, text, icon }) => (
          <NavLink key={path} to={path} className={styles.place ?? ''} title={t(`menu.${text}`)}>{icon}<Name of={text} /></NavLink>
        ))}
        {me.permissions.includes('accounts.use_admin') ? (
          <a href="/admin/" className={styles.place} title={t('menu.administration')}><Settings aria-hidden /><Name of="administration" /></a>
        ) : null}
        <span className={styles.gap} />
        <Account />
      </nav>
      <div className={styles.page}>
        <div className={styles.content}><Boundary place={pathname}><Outlet /></Boundary></div>
        <footer className={styles.bar}>
          <OwnStatus />
          <div ref={keepPlace} className={styles.remarks} />
          <Connection />
          <NoticeSwitches />
        </footer>
      </div>
      <Keyboard />
    </div>
  )
}

/** Read aloud in full; what is seen below an icon is short. */
function Name({ of }: { of: Way['text'] | 'inbox' | 'administration' }) {
  const { t } = useTranslation()
  return <><span className="unseen">{t(`menu.${of}`)}</span><Short of={of} /></>
}

function Short({ of }: { of: Way['text'] | 'inbox' | 'administration' | 'account' }) {
  const { t } = useTranslation()
  return <span className={styles.short} aria-hidden="true">{t(`menu.short.${of}`)}</span>
}

function Account() {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const { signOut, window } = useSignOut(me)
  const worn = useTheme()
  return (
    <>
      <Menu label={t('menu.account')} placement="right bottom"
        trigger={<Button className={styles.account ?? ''} aria-label={t('menu.account')}><CircleUser aria-hidden /><Short of="account" /></Button>}>
        <MenuChoice label={<><span>{me.name}</span><span>{t('menu.theme')}</span></>} value={worn} onChange={wear}
          options={THEMES.map((name) => ({ value: name, label: t(`theme.${name}`) }))} />
        <MenuChoice label="Language · Langue" value={i18n.language as Language} onChange={speak}
          options={(Object.keys(LANGUAGES) as Language[]).map((tag) => ({ value: tag, label: LANGUAGES[tag], lang: tag }))} />
        <MenuLine />
        <MenuAct onAction={signOut}>{t('menu.signOut')}</MenuAct>
      </Menu>
      {window}
    </>
  )
}
