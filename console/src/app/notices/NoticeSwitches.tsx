/** Two switches, for this browser: notifications on the desktop, and a sound. */
import { Bell, BellOff, Volume2, VolumeX } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ToggleButton, Tooltip, TooltipTrigger } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { Dialog } from '../../ui/Dialog'
import { useWatched } from '../session'
import styles from './NoticeSwitches.module.css'
import { prefer, preferences } from './preferences'
import { ring, silenced } from './ring'

export function NoticeSwitches() {
  const { t } = useTranslation()
  const { desktop, sound } = useWatched(preferences)
  const silent = useWatched(silenced)
  const [trouble, setTrouble] = useState<'blocked' | 'unanswered' | 'missing' | null>(null)
  const shows = desktop && mayShow() === 'granted'
  const switchDesktop = async (on: boolean) => {
    const may = on ? await ask() : 'denied'
    prefer({ desktop: may === 'granted' })
    if (on && may !== 'granted') setTrouble(may === null ? 'missing' : may === 'default' ? 'unanswered' : 'blocked')
  }
  return (
    <div className={styles.switches}>
      <Switch label={t('notices.desktop')} on={shows} onChange={(on) => void switchDesktop(on)}>{shows ? <Bell aria-hidden /> : <BellOff aria-hidden />}</Switch>
      <Switch label={t('notices.sound')} on={sound} note={sound && silent ? t('notices.silent') : undefined} onChange={(on) => {
        prefer({ sound: on })
        if (on) void ring()
      }}>{sound && !silent ? <Volume2 aria-hidden /> : <VolumeX aria-hidden />}</Switch>
      <Dialog title={t('notices.blockedTitle')} open={trouble !== null} onClose={() => { setTrouble(null) }}>
        <p>{trouble === null ? null : t(`notices.${trouble}`)}</p>
      </Dialog>
    </div>
  )
}

/** Null where the browser has no notifications, or only those of service workers. */
function mayShow(): NotificationPermission | null {
  return 'Notification' in globalThis ? Notification.permission : null
}

async function ask(): Promise<NotificationPermission | null> {
  return mayShow() === null ? null : Notification.requestPermission()
}

function Switch({ label, on, note, onChange, children }:
{ label: string; on: boolean; note?: string | undefined; onChange: (on: boolean) => void; children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <TooltipTrigger delay={400}>
      <ToggleButton className={styles.switch ?? ''} aria-label={note === undefined ? label : `${label}: ${note}`} isSelected={on} onChange={onChange} data-noted={note !== undefined}>{children}</ToggleButton>
      <Tooltip className={styles.tooltip ?? ''} placement="top" offset={6}>{label}: {t(on ? 'notices.on' : 'notices.off')}{note === undefined ? null : <><br />{note}</>}</Tooltip>
    </TooltipTrigger>
  )
}
