/** When agents work, how many tickets each can have, and what they know. */
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'

import { data } from '../../api/client'
import { useApi } from '../../app/session'
import { Checkbox, TextField } from '../../ui/Field'
import { Avatar, Badge } from '../../ui/Marks'
import { say } from '../../ui/Toasts'
import { keys, type Schema, useAgents, useSkills } from '../asked'
import { Gone } from '../kit/Gone'
import { Asked, Editing, Nothing, Page, Row, Rows } from '../kit/Page'
import { useForm } from '../kit/useForm'
import roles from '../roles/Roles.module.css'
import { ShiftRows } from './ShiftRows'
import { type Shift as Hours, shorten, useWeek } from './week'

type Agent = Schema['Agent']

export function Shifts() {
  const { t, i18n } = useTranslation('settings')
  const query = useAgents()
  const week = useWeek()
  return (
    <Page title={t('places.shifts')} lead={t('told.shifts')}>
      <Asked query={query}>{(agents) => agents.length === 0 ? <Nothing text={t('shifts.none')} hint={t('shifts.noneHint')} /> : (
        <Rows label={t('places.shifts')}>
          {[...agents].sort((one, other) => one.name.localeCompare(other.name, i18n.language)).map((agent) => (
            <Row key={agent.id} to={agent.id} mark={<Avatar name={agent.name} />} title={agent.name}
              told={agent.shifts.length === 0 ? t('shifts.always') : week(agent.shifts)}
              beside={(
                <>
                  {agent.shifts.length > 0 && agent.on_shift ? <Badge tone="good">{t('shifts.now')}</Badge> : null}
                  <Badge>{t('shifts.capacityOf', { count: agent.capacity })}</Badge>
                </>
              )} />
          ))}
        </Rows>
      )}</Asked>
    </Page>
  )
}

export function Shift() {
  const { t } = useTranslation('settings')
  const { id = '' } = useParams()
  const agents = useAgents()
  const skills = useSkills()
  const agent = agents.data?.find((each) => each.id === id)
  return (
    <Page title={agent?.name ?? t('places.shifts')} up={{ to: '/settings/shifts', text: t('places.shifts') }}>
      <Asked query={agents}>{() => (
        <Asked query={skills}>{(known) => agent === undefined ? <Gone /> : <Fields key={agent.id} agent={agent} skills={known} />}</Asked>
      )}</Asked>
    </Page>
  )
}

interface Draft {
  capacity: string
  skills: readonly string[]
  shifts: readonly Hours[]
}

function Fields({ agent, skills }: { agent: Agent; skills: readonly Schema['SkillRow'][] }) {
  const { t } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const week = useWeek()
  const may = (what: string) => agent.allowed.includes(what)
  const form = useForm<Agent, Draft>({
    name: `agent/${agent.id}`, saved: agent,
    draftOf: (row) => ({ capacity: String(row.capacity), skills: row.skills, shifts: row.shifts.map(shorten) }),
    write: (draft, base) => data(api.PATCH('/api/v1/agents/{agent}/', { params: { path: { agent: agent.id } }, body: {
      version: base.version,
      ...(may('capacity') ? { capacity: Number(draft.capacity) } : {}),
      ...(may('skills') ? { skills: skills.filter(({ name }) => draft.skills.includes(name)).map(({ id }) => id) } : {}),
      ...(may('shifts') ? { shifts: draft.shifts.map(({ weekday, starts, ends, time_zone }) => ({ weekday, starts, ends, time_zone })) } : {}),
    } })),
    onSaved: async (row) => {
      say(t('form.saved'))
      cache.setQueryData<Agent[]>(keys.agents, (rows) => rows?.map((each) => (each.id === row.id ? row : each)))
      await Promise.all([cache.invalidateQueries({ queryKey: keys.skills }), cache.invalidateQueries({ queryKey: keys.agents })])
    },
  })
  const { draft, set, wrong } = form
  return (
    <Editing form={form} readOnly={!['capacity', 'skills', 'shifts'].some(may)} differences={(theirs) => [
      { name: t('shifts.capacity'), mine: draft.capacity, theirs: String(theirs.capacity) },
      { name: t('places.skills'), mine: [...draft.skills].sort().join(', '), theirs: [...theirs.skills].sort().join(', ') },
      { name: t('places.shifts'), mine: week(draft.shifts), theirs: week(theirs.shifts) },
    ]}>
      <ShiftRows shifts={draft.shifts} wrong={wrong('shifts')} isDisabled={!may('shifts')} onChange={(shifts) => { set({ shifts }) }} />
      <TextField label={t('shifts.capacity')} hint={t('shifts.capacityTold')} type="number" inputMode="numeric" value={draft.capacity} isRequired
        isDisabled={!may('capacity')} wrong={wrong('capacity')} onChange={(capacity) => { set({ capacity }) }} />
      {skills.length === 0 ? null : (
        <div className={roles.groups}>
          <fieldset>
            <legend>{t('places.skills')}</legend>
            {skills.map(({ id, name }) => (
              <Checkbox key={id} isSelected={draft.skills.includes(name)} isDisabled={!may('skills')}
                onChange={(yes) => { set({ skills: [...draft.skills.filter((each) => each !== name), ...(yes ? [name] : [])].sort() }) }}>{name}</Checkbox>
            ))}
          </fieldset>
        </div>
      )}
    </Editing>
  )
}
