/** What stands around every page of the staff: the way to the others, who one is, and whether there is a connection. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleUser, Inbox as InboxIcon, Settings } from 'lucide-react'
import { Button, Menu, MenuItem, MenuTrigger, Popover, Header, MenuSection, type Selection } from 'react-aria-components'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink, Outlet } from 'react-router'

import { data } from '../api/client'
import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { LANGUAGES, type Language, speak } from '../i18n'
import { Keyboard } from '../keyboard/Keyboard'
import { Connection } from './Connection'
import styles from './Shell.module.css'
import { useApi, useMe } from './session'
import { type Theme, THEMES, theme, wear } from './theme'

type Availability = components['schemas']['AvailabilityEnum']
const AVAILABILITIES: readonly Availability[] = ['available', 'busy', 'away', 'offline']

export function Shell() {
  const { t } = useTranslation()
  const me = useMe()
  return (
    <div className={styles.shell}>
      <nav className={styles.rail} aria-label={t('app.name')}>
        <NavLink to="/" className={styles.place ?? ''} title={t('menu.inbox')}><InboxIcon aria-hidden /><span className="unseen">{t('menu.inbox')}</span></NavLink>
        {me.permissions.includes('accounts.use_admin') ? (
          <a href="/admin/" className={styles.place} title={t('menu.administration')}><Settings aria-hidden /><span className="unseen">{t('menu.administration')}</span></a>
        ) : null}
        <span className={styles.gap} />
        <Account />
      </nav>
      <div className={styles.page}>
        <Connection />
        <Outlet />
      </div>
      <Keyboard />
    </div>
  )
}

function Account() {
  const { t, i18n } = useTranslation()
  const me = useMe()
  const api = useApi()
  const cache = useQueryClient()
  const [worn, setWorn] = useState(theme)
  const own = useQuery({ queryKey: [...keys.agents, 'me'], queryFn: () => data(api.GET('/api/v1/agents/me/')), retry: false })
  const becoming = useMutation({
    mutationFn: (availability: Availability) => data(api.PATCH('/api/v1/agents/me/', { body: { availability } })),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.agents }),
  })
  const leaving = useMutation({
    mutationFn: () => data(api.DELETE('/api/v1/auth/session/')),
    onSuccess: () => { cache.clear() },
  })
  const availability = becoming.isPending ? becoming.variables : own.data?.availability
  const only = (chosen: Selection) => (chosen === 'all' ? undefined : [...chosen][0])
  return (
    <MenuTrigger>
      <Button className={styles.account ?? ''} aria-label={t('menu.account')}>
        <CircleUser aria-hidden />
        {availability === undefined ? null : <i className={styles.dot} data-availability={availability} title={t(`availability.${availability}`)} />}
      </Button>
      <Popover placement="right bottom" className={styles.popover ?? ''}>
        <Menu className={styles.menu ?? ''}>
          {availability === undefined ? null : (
            <MenuSection selectionMode="single" selectedKeys={[availability]} disallowEmptySelection
              onSelectionChange={(chosen) => { becoming.mutate(only(chosen) as Availability) }}>
              <Header className={styles.header ?? ''}>
                {me.name}
                {own.data === undefined ? null : <small>{t('availability.of', { load: String(own.data.load), capacity: String(own.data.capacity) })}</small>}
              </Header>
              {AVAILABILITIES.map((name) => (
                <MenuItem key={name} id={name} className={styles.item ?? ''}><i className={styles.dot} data-availability={name} />{t(`availability.${name}`)}</MenuItem>
              ))}
            </MenuSection>
          )}
          <MenuSection selectionMode="single" selectedKeys={[worn]} disallowEmptySelection
            onSelectionChange={(chosen) => { const name = only(chosen) as Theme; wear(name); setWorn(name) }}>
            <Header className={styles.header ?? ''}>{t('menu.theme')}</Header>
            {THEMES.map((name) => <MenuItem key={name} id={name} className={styles.item ?? ''}>{t(`theme.${name}`)}</MenuItem>)}
          </MenuSection>
          <MenuSection selectionMode="single" selectedKeys={[i18n.language]} disallowEmptySelection
            onSelectionChange={(chosen) => { speak(only(chosen) as Language) }}>
            <Header className={styles.header ?? ''}>Language · Langue</Header>
            {Object.entries(LANGUAGES).map(([tag, name]) => <MenuItem key={tag} id={tag} lang={tag} className={styles.item ?? ''}>{name}</MenuItem>)}
          </MenuSection>
          <MenuItem className={styles.item ?? ''} onAction={() => { leaving.mutate() }}>{t('menu.signOut')}</MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
