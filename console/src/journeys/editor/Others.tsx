/** What messages, conditions and ends have. */
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { Button, IconButton } from '../../ui/Button'
import { Checkbox, Choose, TextField } from '../../ui/Field'
import { questions } from '../desk/desk'
import { addItem, moveItem, removeRule, setInner, setMember, setRule } from '../model/edit'
import { ACTIONS, CARD_FIELDS, isChoice, type Node, nodeOf, OPERATORS, PRIORITIES, type Rule } from '../model/graph'
import { type Json, list, text } from '../model/json'
import { useBuilder } from '../Table'
import { Category } from './Category'
import styles from './Editor.module.css'
import { Figure, Place, Several, Target, Words } from './parts'

export function Message({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit } = useBuilder()
  const next = node.ways[0]
  return (
    <>
      <Place member="message"><Words label={t('edit.message')} value={node.text} rows={3} inserts onChange={(value) => { edit((graph) => setMember(graph, node.id, 'message', value), `${node.id} message`) }} /></Place>
      {next === undefined ? null : <Place member="nextNode"><Target node={node} way={next} label={t('edit.next')} unlabelled={false} /></Place>}
    </>
  )
}

export function Condition({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit, mayChange, graph } = useBuilder()
  const next = node.ways.find((way) => way.kind === 'next')
  return (
    <>
      <section className={styles.group} data-member="rules" aria-labelledby="edit-rules">
        <h3 id="edit-rules">{t('edit.rules')}</h3>
        <p className={styles.hint}>{t('edit.rulesHint')}</p>
        <ol className={styles.items}>{node.rules.map((rule, place) => <OneRule key={place} node={node} rule={rule} place={place} />)}</ol>
        <div><Button small icon={<Plus aria-hidden />} isDisabled={!mayChange} onPress={() => { edit((from) => addItem(from, node.id, 'rules', { node: questions(graph)[0]?.id ?? '', operator: 'answered' })) }}>{t('edit.addRule')}</Button></div>
      </section>
      {next === undefined ? null : <Place member="nextNode"><Target node={node} way={next} label={t('edit.otherwise')} unlabelled={false} /></Place>}
    </>
  )
}

function OneRule({ node, rule, place }: { node: Node; rule: Rule; place: number }) {
  const { t } = useTranslation('journeys')
  const { edit, graph, mayChange } = useBuilder()
  const name = t('edit.rule', { number: String(place + 1) })
  const way = node.ways.find((found) => found.kind === 'rule' && found.key === place)
  const set = (change: Record<string, Json | undefined>, mark?: string) => { edit((from) => setRule(from, node.id, place, change), mark) }
  const all = questions(graph)
  const known = all.some((question) => question.id === rule.node)
  return (
    <li className={styles.item} data-member={`rules.${place}`}>
      <div className={styles.row}>
        <b className={styles.name}>{name}</b>
        <IconButton small label={t('edit.up', { what: name })} isDisabled={place === 0} onPress={() => { edit((from) => moveItem(from, node.id, 'rules', place, place - 1)) }}><ArrowUp aria-hidden /></IconButton>
        <IconButton small label={t('edit.down', { what: name })} isDisabled={place === node.rules.length - 1} onPress={() => { edit((from) => moveItem(from, node.id, 'rules', place, place + 1)) }}><ArrowDown aria-hidden /></IconButton>
        <IconButton small label={t('edit.remove', { what: name })} isDisabled={!mayChange} onPress={() => { edit((from) => removeRule(from, node.id, place)) }}><Trash2 aria-hidden /></IconButton>
      </div>
      <Choose label={t('edit.of')} value={rule.node} onChange={(question) => { set({ node: question === '' ? undefined : question, value: undefined }) }}
        options={[...(known ? [] : [{ value: rule.node, label: rule.node === '' ? t('edit.chooseQuestion') : t('node.missing', { id: rule.node }) }]), ...all.map((question) => ({ value: question.id, label: question.text }))]} />
      <Choose label={t('edit.comparison')} value={rule.operator} onChange={(operator) => { set({ operator, ...(operator === 'answered' || operator === 'not_answered' || (operator === 'in') !== (rule.operator === 'in') ? { value: undefined } : {}) }) }}
        options={[...(OPERATORS.some((operator) => operator === rule.operator) ? [] : [{ value: rule.operator, label: rule.operator }]), ...OPERATORS.map((value) => ({ value: value, label: t(`operator.${value}`) }))]} />
      {rule.operator === 'answered' || rule.operator === 'not_answered' ? null : <Compared rule={rule} onChange={(value) => { set({ value }, `${node.id} rule ${place}`) }} />}
      {way === undefined ? null : <div className={styles.leads}><span aria-hidden="true">→</span><Target node={node} way={way} label={t('edit.leadsTo', { what: name })} /></div>}
    </li>
  )
}

/** The value of a rule, in the form that its question is answered in. */
function Compared({ rule, onChange }: { rule: Rule; onChange: (value: Json | undefined) => void }) {
  const { t } = useTranslation('journeys')
  const { graph } = useBuilder()
  const question = nodeOf(graph, rule.node)
  const type = question?.questionType ?? null
  const several = rule.operator === 'in' || (type === 'multiple_choice' && rule.operator !== 'contains')
  const chosen = list(rule.value).filter((value): value is string => typeof value === 'string')
  if (question !== null && isChoice(type) && several) {
    return (
      <fieldset className={styles.boxes}>
        <legend>{t('edit.compared')}</legend>
        {question.options.map((option, place) => (
          <Checkbox key={place} isSelected={chosen.includes(option.value)} onChange={(yes) => {
            onChange(question.options.map((one) => one.value).filter((value) => (value === option.value ? yes : chosen.includes(value))))
          }}>{option.label || option.value}</Checkbox>
        ))}
      </fieldset>
    )
  }
  if (question !== null && isChoice(type)) {
    const value = text(rule.value)
    const known = question.options.some((option) => option.value === value)
    return <Choose label={t('edit.compared')} value={value} onChange={onChange} options={[...(known ? [] : [{ value, label: value }]), ...question.options.map((option) => ({ value: option.value, label: option.label || option.value }))]} />
  }
  if (several) {
    return <Several label={t('edit.compared')} hint={t('edit.comparedHint')} value={list(rule.value).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))}
      onChange={(values) => { onChange(type === 'number' ? values.map((value) => (Number.isFinite(Number(value)) ? Number(value) : value)) : values) }} />
  }
  if (type === 'number') return <Figure label={t('edit.compared')} value={rule.value} onChange={onChange} />
  return <TextField label={t('edit.compared')} {...(type === 'date' ? { type: 'date' } : {})} value={text(rule.value)} onChange={onChange} />
}

export function End({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit } = useBuilder()
  return (
    <>
      <Place member="action">
        <Choose label={t('edit.action')} value={node.action ?? 'none'} options={ACTIONS.map((value) => ({ value, label: t(`action.${value}`) }))}
          onChange={(action) => {
            edit((graph) => {
              const changed = setMember(graph, node.id, 'action', action)
              return action === 'create_ticket' && Object.keys(node.ticket).length === 0 ? setMember(changed, node.id, 'ticket', { subject: '', priority: 'normal', tags: [] }) : changed
            })
          }} />
      </Place>
      {node.action === 'create_ticket' ? <Ticket node={node} /> : null}
      {node.action === 'sell_gift_card' ? <Submission node={node} /> : null}
      <Place member="message"><Words label={t('edit.goodbye')} value={node.text} rows={2} inserts onChange={(value) => { edit((graph) => setMember(graph, node.id, 'message', value), `${node.id} message`) }} /></Place>
    </>
  )
}

function Ticket({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit, graph } = useBuilder()
  const all = questions(graph)
  const set = (name: string, value: Json | undefined) => { edit((from) => setInner(from, node.id, 'ticket', name, value), `${node.id} ticket ${name}`) }
  const priority = text(node.ticket.priority)
  const inserted = /^\{\{(.*)\}\}$/.exec(priority)?.[1] ?? priority
  const usual = priority === '' ? 'normal' : PRIORITIES.find((name) => name === priority)
  return (
    <section className={styles.group} data-member="ticket">
      <Place member="ticket.subject"><Words label={t('edit.subject')} value={text(node.ticket.subject)} inserts onChange={(value) => { set('subject', value) }} /></Place>
      <Place member="ticket.category"><Category node={node} /></Place>
      <Place member="ticket.priority">
        <Choose label={t('edit.priority')} value={usual ?? 'other'} onChange={(name) => { set('priority', name === 'other' ? '{{}}' : name) }}
          options={[...PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) })), { value: 'other' as const, label: t('edit.byAnswers') }]} />
        {usual === undefined ? (
          <Choose label={t('edit.priorityAnswer')} unlabelled value={inserted} onChange={(key) => { set('priority', `{{${key}}}`) }}
            options={[...(all.some((question) => question.id === inserted) ? [] : [{ value: inserted, label: inserted === '' ? t('edit.chooseQuestion') : inserted }]), ...all.map((question) => ({ value: question.id, label: question.text }))]} />
        ) : null}
      </Place>
      <Place member="ticket.tags">
        <Several label={t('edit.tags')} hint={t('edit.tagsHint')} value={list(node.ticket.tags).map((tag) => text(tag))} onChange={(tags) => { set('tags', tags) }} />
      </Place>
    </section>
  )
}

function Submission({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit, graph } = useBuilder()
  const all = questions(graph)
  return (
    <section className={styles.group} data-member="submission" aria-labelledby="edit-submission">
      <h3 id="edit-submission">{t('edit.submission')}</h3>
      {CARD_FIELDS.map((field) => {
        const value = text(node.submission[field])
        const missing = value !== '' && !all.some((question) => question.id === value) ? [{ value, label: t('node.missing', { id: value }) }] : []
        return (
          <Place key={field} member={`submission.${field}`}>
            <Choose label={t(`edit.${field}`)} value={value} options={[{ value: '', label: t('edit.fromCard') }, ...missing, ...all.map((question) => ({ value: question.id, label: question.text }))]}
              onChange={(key) => { edit((from) => setInner(from, node.id, 'submission', field, key === '' ? undefined : key)) }} />
          </Place>
        )
      })}
    </section>
  )
}
