/** One's own availability, load and shift: always at hand, and true also when somebody else or the house changed it. */
import { useQueryClient } from '@tanstack/react-query'
import { ChevronDown } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button as Pressable, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { keys } from '../api/keys'
import { useActs } from '../keyboard/useAct'
import { Button } from '../ui/Button'
import { Confirm } from '../ui/Dialog'
import { Menu, MenuChoice } from '../ui/Menu'
import { say } from '../ui/Toasts'
import { serverClock } from './clock'
import styles from './OwnStatus.module.css'
import { AVAILABILITIES, type Agent, type Availability, useBecoming, useOwn } from './own'
import { useLive, useMe } from './session'
import { useShiftChanges } from './shifts'
import { soon, span } from './time'

export function OwnStatus() {
  const own = useOwn()
  useChangesByOthers(own)
  return own === undefined ? null : <Chosen own={own} />
}

function Chosen({ own }: { own: Agent }) {
  const { t } = useTranslation()
  const { becoming, become } = useBecoming()
  const [leaving, setLeaving] = useState(false)
  const shown = becoming ?? own.availability
  const choose = (wanted: Availability) => {
    if (wanted === 'offline' && own.load > 0 && shown !== 'offline') setLeaving(true)
    else if (wanted !== shown) become(wanted)
  }
  const options = AVAILABILITIES.map((value) => ({ value, label: t(`availability.${value}`), mark: <Dot of={value} /> }))
  useActs(options.map(({ value, label }) => (
    { id: `status.${value}`, text: `${t('availability.label')}: ${label}`, group: 'app' as const, ...(value === shown ? { hidden: true } : {}), run: () => { choose(value) } })))
  return (
    <div className={styles.own}>
      <ToggleButtonGroup aria-label={t('availability.label')} className={styles.choices ?? ''} selectionMode="single" disallowEmptySelection
        selectedKeys={[shown]} onSelectionChange={(keys) => { choose([...keys][0] as Availability) }}>
        {options.map(({ value, label, mark }) => <ToggleButton key={value} id={value} className={styles.choice ?? ''}>{mark}{label}</ToggleButton>)}
      </ToggleButtonGroup>
      <div className={styles.menu}>
        <Menu label={t('availability.label')} placement="top start" trigger={(
          <Pressable className={styles.current ?? ''}><span className="unseen">{t('availability.label')}: </span><Dot of={shown} />{t(`availability.${shown}`)}<ChevronDown aria-hidden /></Pressable>
        )}>
          <MenuChoice label={t('availability.label')} value={shown} options={options} onChange={choose} />
        </Menu>
      </div>
      <Load own={own} />
      {shown === 'offline' ? (
        <span className={styles.lost} data-chosen={!own.lost_connection} role="status">{t(own.lost_connection ? 'own.lost' : 'own.offline')} <Button small onPress={() => { become('available') }}>{t('availability.available')}</Button></span>
      ) : <ShiftText own={own} />}
      <Leave own={own} open={leaving} onClose={() => { setLeaving(false) }} onLeave={() => { setLeaving(false); become('offline') }} />
    </div>
  )
}

function Dot({ of }: { of: Availability }) {
  return <i className={styles.dot} data-availability={of} aria-hidden="true" />
}

function Load({ own: { load, capacity } }: { own: Agent }) {
  const { t } = useTranslation()
  const given = { load: String(load), capacity: String(capacity) }
  return (
    <span className={styles.load} data-full={load >= capacity} title={t('own.loadOf', given)}>
      <span className="unseen">{t('own.loadOf', given)}</span>
      <span aria-hidden="true">{t('own.load', given)}</span>
    </span>
  )
}

function ShiftText({ own }: { own: Agent }) {
  const { t, i18n } = useTranslation()
  const [now] = useState(serverClock.now)
  useShiftChanges([own])
  const text = own.on_shift ? own.shift_until === null ? null : t('own.until', { time: soon(own.shift_until, now, i18n.language) })
    : own.shift_next === null ? t('own.over') : t('own.next', { time: soon(own.shift_next, now, i18n.language) })
  return text === null ? null : <span className={styles.shift} data-on={own.on_shift} title={text}>{text}</span>
}

function Leave({ own, open, onClose, onLeave }: { own: Agent; open: boolean; onClose: () => void; onLeave: () => void }) {
  const { t, i18n } = useTranslation()
  const stays = Math.max(0, own.load - own.unanswered)
  return (
    <Confirm title={t('offline.title')} act={t('offline.act')} danger={false} open={open} onClose={onClose} onConfirm={onLeave}>
      <div className={styles.leave}>
        {own.unanswered === 0 ? null : <p>{t('offline.unanswered', { count: own.unanswered, grace: span(own.grace_seconds * 1000, i18n.language, 'long') })}</p>}
        {stays === 0 ? null : <p>{t('offline.stays', { count: stays })}</p>}
        <p>{t('offline.none')}</p>
      </div>
    </Confirm>
  )
}

/** Fetches one's own figures again when something concerns them, and says so when somebody else changed the status. */
function useChangesByOthers(own: Agent | undefined): void {
  const { t } = useTranslation()
  const live = useLive()
  const me = useMe()
  const cache = useQueryClient()
  const now = own?.availability
  useEffect(() => live.listen((frame) => {
    const mine = frame.type === 'ticket-assigned' ? frame.assignee.id === me.id || frame.previous === me.id
      : frame.type === 'ticket-updated' ? live.ears.has(frame.ticket) : false
    if (mine) void cache.invalidateQueries({ queryKey: keys.own })
    const changed = frame.type === 'agent-status-changed' && frame.agent === me.id && now !== undefined && frame.availability !== now
    if (changed && cache.isMutating() === 0 && !frame.lost_connection) {
      const status = AVAILABILITIES.find((name) => name === frame.availability)
      if (status !== undefined) say(t('own.changed', { status: t(`availability.${status}`) }))
    }
  }), [live, me.id, cache, now, t])
}
