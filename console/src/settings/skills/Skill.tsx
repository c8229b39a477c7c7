import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useNavigate, useParams } from 'react-router'

import { data } from '../../api/client'
import { useApi, useMay } from '../../app/session'
import { Checkbox, TextField } from '../../ui/Field'
import { say } from '../../ui/Toasts'
import { keys, type Schema, useAgents, useSkills } from '../asked'
import { Delete } from '../kit/Delete'
import { Gone } from '../kit/Gone'
import { Asked, Editing, Nothing, Page } from '../kit/Page'
import { useForm } from '../kit/useForm'
import styles from '../roles/Roles.module.css'

type SkillRow = Schema['SkillRow']

export function Skill() {
  const { t } = useTranslation('settings')
  const { id = '' } = useParams()
  const api = useApi()
  const skills = useSkills()
  const agents = useAgents()
  const assigns = useMay('accounts.change_agentskill')
  const fresh: SkillRow = { id: 'new', name: '', agents: 0, available: 0, people: [], version: '', allowed: assigns ? ['rename', 'agents'] : ['rename'] }
  const skill = id === 'new' ? fresh : skills.data?.find((each) => each.id === id)
  return (
    <Page title={id === 'new' ? t('skills.new') : skill?.name ?? t('places.skills')} up={{ to: '/settings/skills', text: t('places.skills') }}
      acts={skill?.allowed.includes('delete') === true ? (
        <Delete name={skill.name} stale={keys.skills} to="/settings/skills"
          run={() => data(api.DELETE('/api/v1/skills/{skill}/', { params: { path: { skill: skill.id } } }))}>{t('skills.deleteTold')}</Delete>
      ) : undefined}>
      <Asked query={skills}>{() => (
        <Asked query={agents}>{(all) => skill === undefined ? <Gone /> : <Fields key={skill.id} skill={skill} agents={all} />}</Asked>
      )}</Asked>
    </Page>
  )
}

function Fields({ skill, agents }: { skill: SkillRow; agents: readonly Schema['Agent'][] }) {
  const { t, i18n } = useTranslation('settings')
  const api = useApi()
  const cache = useQueryClient()
  const go = useNavigate()
  const fresh = skill.id === 'new'
  const form = useForm({
    name: `skill/${skill.id}`, saved: skill,
    draftOf: ({ name, people }: SkillRow) => ({ name, agents: people.map(({ id }) => id).sort() }),
    write: (draft, base) => fresh ? data(api.POST('/api/v1/skills/', { body: draft }))
      : data(api.PATCH('/api/v1/skills/{skill}/', { params: { path: { skill: skill.id } }, body: {
        version: base.version, name: draft.name, ...(base.allowed.includes('agents') ? { agents: draft.agents } : {}),
      } })),
    onSaved: async (row) => {
      say(t('form.saved'))
      cache.setQueryData<SkillRow[]>(keys.skills, (rows) => fresh ? [...(rows ?? []), row] : rows?.map((each) => (each.id === row.id ? row : each)))
      if (fresh) await go(`/settings/skills/${row.id}`, { replace: true })
      await Promise.all([cache.invalidateQueries({ queryKey: keys.skills }), cache.invalidateQueries({ queryKey: keys.agents })])
    },
  })
  const { draft, set, wrong } = form
  const names = (ids: readonly string[]) => agents.filter(({ id }) => ids.includes(id)).map(({ name }) => name).join(', ')
  const assigns = skill.allowed.includes('agents')
  return (
    <Editing form={form} readOnly={!skill.allowed.includes('rename')} act={fresh ? t('skills.make') : undefined} differences={(theirs) => [
      { name: t('skills.name'), mine: draft.name, theirs: theirs.name },
      { name: t('skills.who'), mine: names(draft.agents), theirs: theirs.people.map(({ name }) => name).join(', ') },
    ]}>
      <TextField label={t('skills.name')} hint={t('skills.nameTold')} value={draft.name} wrong={wrong('name')} isRequired maxLength={100} autoFocus={fresh}
        onChange={(name) => { set({ name }) }} />
      {agents.length === 0 ? <Nothing text={t('shifts.none')} hint={t('shifts.noneHint')} /> : (
        <div className={styles.groups}>
          <fieldset>
            <legend>{t('skills.who')} <span className={styles.part}>{t('roles.of', { some: String(draft.agents.length), all: String(agents.length) })}</span></legend>
            {[...agents].sort((one, other) => one.name.localeCompare(other.name, i18n.language)).map(({ id, name }) => (
              <Checkbox key={id} isSelected={draft.agents.includes(id)} isDisabled={!assigns}
                onChange={(yes) => { set({ agents: [...draft.agents.filter((each) => each !== id), ...(yes ? [id] : [])].sort() }) }}>{name}</Checkbox>
            ))}
          </fieldset>
        </div>
      )}
    </Editing>
  )
}
