/** Who could take a ticket: availability, load, shift and skills. Tickets are dropped on them. */
import { type UseQueryResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronRight, UsersRound } from 'lucide-react'
import { useState } from 'react'
import { Button as Pressable, DropZone } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { useNow } from '../app/clock'
import { useApi } from '../app/session'
import { Empty, Failure, Loading } from '../app/States'
import { clock, soon, span } from '../app/time'
import { Choose } from '../ui/Field'
import { Avatar, Badge } from '../ui/Marks'
import { Menu, MenuChoice } from '../ui/Menu'
import { complain, say } from '../ui/Toasts'
import styles from './Agents.module.css'
import board from './Board.module.css'
import { TICKET, useDrags } from './Dragging'
import { type Agent, freePlaces, ranked } from './giving'
import { Held } from './Held'
import type { Giving } from './useGiving'

type Skill = components['schemas']['SkillRow']
type Availability = Agent['availability']
const AVAILABILITIES: readonly Availability[] = ['available', 'busy', 'away', 'offline']
const EVERY = ''

export function Agents({ asked, agents, skills, giving }:
{ asked: UseQueryResult<Agent[]>; agents: readonly Agent[]; skills: readonly Skill[]; giving: Giving }) {
  const { t } = useTranslation('queue')
  const [skill, setSkill] = useState(EVERY)
  const shown = ranked(skill === EVERY ? agents : agents.filter((agent) => agent.skills.includes(skill)), null)
  const available = agents.filter((agent) => agent.availability === 'available' && agent.on_shift).length
  return (
    <section className={board.agents} aria-labelledby="queue-agents">
      <header className={board.head}>
        <h2 id="queue-agents">{t('agents.title')}</h2>
        {agents.length === 0 ? null : (
          <span className={board.hint}>{t('agents.summary', { available: String(available), all: String(agents.length) })} · {t('agents.free', { count: freePlaces(agents) })}</span>
        )}
        <span className={board.gap} />
        {skills.length === 0 ? null : (
          <div className={board.filter}><Choose label={t('agents.skill')} unlabelled value={skill} onChange={setSkill}
            options={[{ value: EVERY, label: t('agents.all') }, ...skills.map(({ name }) => ({ value: name, label: name }))]} /></div>
        )}
      </header>
      {asked.isPending ? <Loading /> : asked.isError && agents.length === 0 ? <Failure text={t('agents.failed')} again={() => void asked.refetch()} />
        : agents.length === 0 ? <Empty icon={<UsersRound aria-hidden />} text={t('agents.none')} hint={t('agents.noneHint')} />
          : shown.length === 0 ? <Empty text={t('agents.noneKnow')} /> : (
            <ul className={styles.grid}>{shown.map((agent) => <li key={agent.id}><One agent={agent} agents={agents} giving={giving} /></li>)}</ul>
          )}
    </section>
  )
}

function One({ agent, agents, giving }: { agent: Agent; agents: readonly Agent[]; giving: Giving }) {
  const { t } = useTranslation('queue')
  const { dragged, drop } = useDrags()
  const [open, setOpen] = useState(false)
  const now = useNow(5_000)
  const needed = dragged?.skill ?? null
  const lacks = needed !== null && !agent.skills.includes(needed) ? needed : null
  const full = agent.load >= agent.capacity
  return (
    <article className={styles.agent} data-dragging={dragged !== null} data-fits={lacks === null && !full} aria-label={agent.name}>
      <DropZone className={styles.zone ?? ''} aria-label={t('agents.drop', { who: agent.name, load: String(agent.load), capacity: String(agent.capacity) })}
        getDropOperation={(types) => (types.has(TICKET) && dragged?.ticket.assignee?.id !== agent.id ? 'move' : 'cancel')}
        onDrop={({ items }) => { drop(items, agent) }}>
        <div className={styles.top}>
          <Avatar name={agent.name} />
          <div className={styles.who}><b>{agent.name}</b><Shift agent={agent} now={now} /></div>
          <Status agent={agent} />
        </div>
        <Load agent={agent} />
        {lacks === null ? agent.skills.length === 0 ? null : <p className={styles.skills}>{agent.skills.map((name) => <Badge key={name}>{name}</Badge>)}</p>
          : <p className={styles.lacks}>{t('agents.lacks', { skill: lacks })}</p>}
        <Absence agent={agent} now={now} />
      </DropZone>
      <Pressable className={styles.more ?? ''} aria-expanded={open} onPress={() => { setOpen(!open) }}>
        <ChevronRight aria-hidden /><span className="unseen">{t('agents.holds', { who: agent.name })}: </span>{t('agents.tickets', { count: agent.load })}
      </Pressable>
      {open ? <Held agent={agent} agents={agents} giving={giving} /> : null}
    </article>
  )
}

function Load({ agent: { load, capacity } }: { agent: Agent }) {
  const { t } = useTranslation('queue')
  const share = capacity === 0 ? 1 : Math.min(1, load / capacity)
  return (
    <div className={styles.load} data-full={load >= capacity} data-busy={share >= 0.75}>
      <span className={styles.track} aria-hidden="true"><i style={{ width: `${String(share * 100)}%` }} /></span>
      <span>{t('agents.load', { load: String(load), capacity: String(capacity) })}{load >= capacity ? ` · ${t('agents.full')}` : ''}</span>
    </div>
  )
}

function Shift({ agent, now }: { agent: Agent; now: number }) {
  const { t, i18n } = useTranslation('queue')
  const { on_shift, shift_until, shift_next } = agent
  const text = on_shift ? shift_until === null ? t('agents.always') : t('agents.until', { time: soon(shift_until, now, i18n.language) })
    : shift_next === null ? t('agents.off') : t('agents.next', { time: soon(shift_next, now, i18n.language) })
  return <span className={styles.shift} data-on={on_shift}>{text}</span>
}

/** Since when an agent is gone, and what goes back into the queue because of it. */
function Absence({ agent, now }: { agent: Agent; now: number }) {
  const { t, i18n } = useTranslation('queue')
  if (agent.offline_since === null) return null
  const since = Date.parse(agent.offline_since)
  const time = span(now - since, i18n.language)
  return (
    <p className={styles.absence}>
      {t(agent.lost_connection ? 'agents.gone' : 'agents.since', { time })}
      {agent.unanswered === 0 ? null : <> · <b>{t('agents.returns', { count: agent.unanswered, time: clock(Math.max(now, since + agent.grace_seconds * 1000), i18n.language) })}</b></>}
    </p>
  )
}

function Status({ agent }: { agent: Agent }) {
  const { t: common } = useTranslation()
  const { t } = useTranslation('queue')
  const api = useApi()
  const cache = useQueryClient()
  const changing = useMutation({
    mutationFn: (availability: Availability) => data(api.PATCH('/api/v1/agents/{agent}/', { params: { path: { agent: agent.id } }, body: { availability } })),
    onSuccess: ({ availability }) => { say(t('agents.changed', { who: agent.name, status: common(`availability.${availability}`) })) },
    onError: (error) => { complain(error.message === '' ? common('error.unreachable') : error.message) },
    onSettled: () => cache.invalidateQueries({ queryKey: keys.agents }),
  })
  const shown = changing.isPending ? changing.variables : agent.availability
  const mark = (of: Availability) => <i className={styles.dot} data-availability={of} aria-hidden="true" />
  const text = common(`availability.${shown}`)
  if (!agent.allowed.includes('availability')) return <span className={styles.status}>{mark(shown)}{text}</span>
  return (
    <Menu placement="bottom end" label={t('agents.status', { who: agent.name })}
      trigger={<Pressable className={styles.status ?? ''} aria-label={`${t('agents.status', { who: agent.name })}: ${text}`}>{mark(shown)}{text}</Pressable>}>
      <MenuChoice label={t('agents.status', { who: agent.name })} value={shown} onChange={changing.mutate}
        options={AVAILABILITIES.map((value) => ({ value, label: common(`availability.${value}`), mark: mark(value) }))} />
    </Menu>
  )
}
