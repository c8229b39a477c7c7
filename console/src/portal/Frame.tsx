/** What stands around a customer's pages: where one is, the ways to the others, and whether there is a connection. */
import { House, MessagesSquare, UserRound } from 'lucide-react'
import { NavLink, Outlet } from 'react-router'

import { Connection } from '../app/Connection'
import { useMe } from '../app/session'
import { useAt } from './addresses'
import { useAgain } from './again'
import styles from './Frame.module.css'
import { useUnread } from './tickets/list'
import { useWords } from './words'

export function Frame() {
  const { t } = useWords()
  const at = useAt()
  const { organization } = useMe()
  const unread = useUnread()
  useAgain()
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#content">{t('portal.skip')}</a>
      <nav className={styles.ways} aria-label={t('nav.label')}>
        <b className={styles.name}>{organization.name}</b>
        <NavLink to={at()} end className={styles.way ?? ''}><House aria-hidden /><span>{t('nav.home')}</span></NavLink>
        <NavLink to={at('tickets')} className={styles.way ?? ''}>
          <MessagesSquare aria-hidden /><span>{t('nav.conversations')}</span>
          {unread === 0 ? null : <span className={styles.unread} title={t('nav.unread', { count: unread })}>{unread}</span>}
        </NavLink>
        <NavLink to={at('account')} className={styles.way ?? ''}><UserRound aria-hidden /><span>{t('nav.account')}</span></NavLink>
      </nav>
      <div className={styles.page} id="content">
        <div className={styles.line}><Connection /></div>
        <Outlet />
      </div>
    </div>
  )
}
