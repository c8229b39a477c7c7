/** Fields of the editor: what is typed goes into the draft at once, and typing in one field is one step back. */
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Plus } from 'lucide-react'

import { decimal, typed } from '../../app/cards'
import { Button } from '../../ui/Button'
import { Choose, TextField } from '../../ui/Field'
import { Menu, MenuAct } from '../../ui/Menu'
import { questions } from '../desk/desk'
import { connect } from '../model/edit'
import type { Node, Way } from '../model/graph'
import { has, wayId } from '../model/graph'
import type { Json } from '../model/json'
import { useBuilder } from '../Table'
import styles from './Editor.module.css'

/** Where a member of a node is edited, so that a problem leads here. */
export function Place({ member, children }: { member: string; children: ReactNode }) {
  return <div className={styles.place} data-member={member}>{children}</div>
}

interface TextProps {
  label: string
  value: string
  onChange: (value: string) => void
  hint?: string
  rows?: number
  unlabelled?: boolean
  /** Whether answers of questions can be put into it. */
  inserts?: boolean
  wrong?: string | undefined
}

export function Words({ inserts = false, rows, hint, wrong, ...given }: TextProps) {
  const { desk } = useBuilder()
  return (
    <div className={styles.words}>
      <TextField {...given} wrong={wrong} onBlur={() => { desk.seal() }} {...(hint === undefined ? {} : { hint })} {...(rows === undefined ? {} : { rows })} />
      {inserts ? <Insert onInsert={(key) => { given.onChange(`${given.value}${given.value === '' || given.value.endsWith(' ') ? '' : ' '}{{${key}}}`) }} /> : null}
    </div>
  )
}

function Insert({ onInsert }: { onInsert: (key: string) => void }) {
  const { t } = useTranslation('journeys')
  const { graph, current, mayChange } = useBuilder()
  const all = questions(graph).filter((question) => question.id !== current)
  if (all.length === 0 || !mayChange) return null
  return (
    <Menu label={t('edit.insert')} trigger={<Button look="quiet" small icon={<Plus aria-hidden />}>{t('edit.insert')}</Button>}>
      {all.map((question) => <MenuAct key={question.id} onAction={() => { onInsert(question.id) }}>{question.text}</MenuAct>)}
    </Menu>
  )
}

/** What is typed, as long as it means the value that is stored. */
function useTyped<Value>(value: Value, write: (value: Value) => string, read: (text: string) => Value, alike: (one: Value, other: Value) => boolean): [string, (text: string) => void] {
  const [typed, setTyped] = useState({ text: write(value), value })
  const current = alike(typed.value, value) ? typed.text : write(value)
  return [current, (text) => { setTyped({ text, value: read(text) }) }]
}

/** A number, or nothing where the field is empty; what is no number is kept as it is typed, and is wrong. */
export function Figure({ label, value, onChange }: { label: string; value: Json | undefined; onChange: (value: Json | undefined) => void }) {
  const { t, i18n } = useTranslation('journeys')
  const { desk } = useBuilder()
  const read = (text: string): Json | undefined => (text.trim() === '' ? undefined : Number.isFinite(Number(decimal(text))) ? Number(decimal(text)) : text)
  const [text, setText] = useTyped(value, (given) => (typeof given === 'number' ? typed(String(given), i18n.language) : typeof given === 'string' ? given : ''), read, (one, other) => one === other)
  const change = (next: string) => { setText(next); onChange(read(next)) }
  return <TextField label={label} value={text} onChange={change} inputMode="decimal" wrong={typeof value === 'string' ? t('edit.number') : undefined} onBlur={() => { desk.seal() }} />
}

/** Several texts, separated by commas. */
export function Several({ label, value, onChange, hint }: { label: string; value: readonly string[]; onChange: (value: string[]) => void; hint?: string }) {
  const { desk } = useBuilder()
  const read = (text: string) => text.split(',').map((part) => part.trim()).filter((part) => part !== '')
  const [text, setText] = useTyped(value, (given) => given.join(', '), read, (one, other) => one.length === other.length && one.every((item, place) => item === other[place]))
  return <TextField label={label} value={text} onChange={(next) => { setText(next); onChange(read(next)) }} onBlur={() => { desk.seal() }} {...(hint === undefined ? {} : { hint })} />
}

/** Where a way leads. */
export function Target({ node, way, label, unlabelled = true }: { node: Node; way: Way; label: string; unlabelled?: boolean }) {
  const { t } = useTranslation('journeys')
  const { graph, rows, labels, edit, ask } = useBuilder()
  const id = wayId(way)
  const otherwise = way.kind === 'map' && node.ways.some((other) => other.kind === 'next' && other.to !== null)
  const nodes = rows.filter((row) => row.id !== node.id || way.to === row.id).map((row) => ({ value: `to:${row.id}`, label: labels.title(row.id) }))
  const missing = way.to !== null && !has(graph, way.to) ? [{ value: `to:${way.to}`, label: t('node.missing', { id: way.to }) }] : []
  const own = { value: `to:${node.id}`, label: labels.title(node.id) }
  return (
    <Choose label={label} unlabelled={unlabelled} value={way.to === null ? '' : `to:${way.to}`}
      options={[{ value: '', label: otherwise ? t('edit.asOthers') : t('edit.nowhere') }, { value: 'new', label: t('edit.newStep') }, ...missing, ...nodes, ...(way.to === node.id ? [] : [own])]}
      onChange={(to) => {
        if (to === 'new') ask({ node: node.id, way: id })
        else edit((from) => connect(from, node.id, id, to === '' ? null : to.slice(3)))
      }} />
  )
}
