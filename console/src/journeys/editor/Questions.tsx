/** What a question has: its answers, what is accepted, and where it leads. */
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Button, IconButton } from '../../ui/Button'
import { Choose, Switch, TextField } from '../../ui/Field'
import { addOption, connect, freeValue, mapAnswer, moveItem, removeOption, setInner, setMember, setOption, setQuestionType } from '../model/edit'
import { isChoice, maps, type Node, QUESTION_TYPES, type Way } from '../model/graph'
import type { Json } from '../model/json'
import { useBuilder } from '../Table'
import styles from './Editor.module.css'
import { Figure, Place, Target, Words } from './parts'

export function Question({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit } = useBuilder()
  const set = (name: string, value: Json | undefined) => { edit((graph) => setMember(graph, node.id, name, value), `${node.id} ${name}`) }
  return (
    <>
      <Place member="question"><Words label={t('edit.question')} value={node.text} rows={2} inserts onChange={(text) => { set('question', text) }} /></Place>
      <Place member="questionType">
        <Choose label={t('edit.type')} value={node.questionType ?? ''} onChange={(type) => { if (type !== '') edit((graph) => setQuestionType(graph, node.id, type)) }}
          options={[...(node.questionType === null ? [{ value: '' as const, label: t('kind.unknown') }] : []), ...QUESTION_TYPES.map((value) => ({ value, label: t(`type.${value}`) }))]} />
      </Place>
      {isChoice(node.questionType) ? <Options node={node} /> : null}
      <Ways node={node} />
      <Place member="required"><Switch isSelected={node.required} onChange={(required) => { set('required', required ? undefined : false) }}>{t('edit.required')}</Switch></Place>
      <Place member="help"><Words label={t('edit.help')} hint={t('edit.helpHint')} value={node.help} inserts onChange={(text) => { set('help', text === '' ? undefined : text) }} /></Place>
      <Validation node={node} />
    </>
  )
}

function Options({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit, mayChange } = useBuilder()
  const [values, setValues] = useState(false)
  const [fresh, setFresh] = useState('')
  const way = (value: string): Way | undefined => node.ways.find((found) => found.kind === 'map' && found.key === value)
  const add = () => {
    edit((graph) => addOption(graph, node.id, fresh.trim() === '' ? t('edit.option', { number: String(node.options.length + 1) }) : fresh.trim()))
    setFresh('')
  }
  return (
    <section className={styles.group} data-member="options" aria-labelledby="edit-options">
      <h3 id="edit-options">{t('edit.options')}</h3>
      <ol className={styles.items}>
        {node.options.map((option, place) => {
          const name = option.label.trim() || t('edit.option', { number: String(place + 1) })
          const found = way(option.value)
          return (
            <li key={place} className={styles.item} data-member={`options.${place}`}>
              <div className={styles.row}>
                <TextField label={t('edit.option', { number: String(place + 1) })} unlabelled value={option.label} onChange={(label) => {
                  // The value goes with the label as long as it was made of it.
                  const others = new Set(node.options.filter((_, other) => other !== place).map((other) => other.value))
                  const made = option.value === freeValue(option.label, others) || option.value === ''
                  edit((graph) => setOption(graph, node.id, place, { label, ...(made && label.trim() !== '' ? { value: freeValue(label, others) } : {}) }), `${node.id} option ${place}`)
                }} />
                <IconButton small label={t('edit.up', { what: name })} isDisabled={place === 0} onPress={() => { edit((graph) => moveItem(graph, node.id, 'options', place, place - 1)) }}><ArrowUp aria-hidden /></IconButton>
                <IconButton small label={t('edit.down', { what: name })} isDisabled={place === node.options.length - 1} onPress={() => { edit((graph) => moveItem(graph, node.id, 'options', place, place + 1)) }}><ArrowDown aria-hidden /></IconButton>
                <IconButton small label={t('edit.remove', { what: name })} isDisabled={!mayChange} onPress={() => { edit((graph) => removeOption(graph, node.id, place)) }}><Trash2 aria-hidden /></IconButton>
              </div>
              {values ? <TextField label={t('edit.value')} hint={place === 0 ? t('edit.valueHint') : undefined} value={option.value} onChange={(value) => { edit((graph) => setOption(graph, node.id, place, { value }), `${node.id} value ${place}`) }} /> : null}
              {found === undefined ? null : <div className={styles.leads} data-member={`nextNodeMap.${option.value}`}><span aria-hidden="true">→</span><Target node={node} way={found} label={t('edit.leadsTo', { what: name })} /></div>}
            </li>
          )
        })}
      </ol>
      <form className={styles.row} onSubmit={(event) => { event.preventDefault(); add() }}>
        <TextField label={t('edit.newOption')} unlabelled placeholder={t('edit.newOption')} value={fresh} onChange={setFresh} />
        <Button type="submit" small icon={<Plus aria-hidden />} isDisabled={!mayChange}>{t('edit.addOption')}</Button>
      </form>
      <Switch isSelected={values} onChange={setValues}>{t('edit.showValues')}</Switch>
    </section>
  )
}

/** Ways that are not an option's. */
function Ways({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { labels, edit, mayChange, rows } = useBuilder()
  const [answer, setAnswer] = useState('')
  const values = new Set(isChoice(node.questionType) ? node.options.map((option) => option.value) : [])
  const own = node.ways.filter((way) => way.kind === 'map' && !values.has(way.key))
  const next = node.ways.find((way) => way.kind === 'next')
  const otherwise = node.ways.length > 1
  const add = () => {
    const to = next?.to ?? rows.find((row) => row.id !== node.id)?.id
    if (answer.trim() !== '' && to !== undefined) edit((graph) => mapAnswer(graph, node.id, answer.trim(), to))
    setAnswer('')
  }
  return (
    <section className={styles.group} data-member="nextNodeMap" aria-labelledby="edit-ways">
      <h3 id="edit-ways">{t('edit.ways')}</h3>
      {own.map((way) => (
        <div key={way.kind === 'map' ? way.key : ''} className={styles.leads}>
          <span className={styles.key}>{labels.way(node, way)}</span><span aria-hidden="true">→</span>
          <Target node={node} way={way} label={t('edit.leadsTo', { what: labels.way(node, way) })} />
          <IconButton small label={t('edit.remove', { what: labels.way(node, way) })} isDisabled={!mayChange} onPress={() => { edit((graph) => connect(graph, node.id, `map:${way.kind === 'map' ? way.key : ''}`, null)) }}><Trash2 aria-hidden /></IconButton>
        </div>
      ))}
      {next === undefined ? null : <div data-member="nextNode"><Target node={node} way={next} label={otherwise ? t('edit.otherwise') : t('edit.next')} unlabelled={false} /></div>}
      {maps(node.questionType) && !isChoice(node.questionType) ? (
        <form className={styles.row} onSubmit={(event) => { event.preventDefault(); add() }}>
          <TextField label={t('edit.byAnswer')} value={answer} onChange={setAnswer} {...(node.questionType === 'date' ? { placeholder: 'YYYY-MM-DD' } : {})} />
          <Button type="submit" small icon={<Plus aria-hidden />} isDisabled={!mayChange || answer.trim() === ''}>{t('edit.addAnswer')}</Button>
        </form>
      ) : null}
    </section>
  )
}

function Validation({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { edit } = useBuilder()
  const bounds = node.validation
  const set = (name: string, value: Json | undefined) => { edit((graph) => setInner(graph, node.id, 'validation', name, value), `${node.id} validation ${name}`) }
  const figure = (name: 'min' | 'max' | 'minLength' | 'maxLength' | 'maxFiles') => (
    <Place member={`validation.${name}`}><Figure label={t(`edit.${name}`)} value={bounds[name]} onChange={(value) => { set(name, value) }} /></Place>
  )
  const date = (name: 'min' | 'max', label: string) => (
    <Place member={`validation.${name}`}>
      <TextField label={label} type="date" value={typeof bounds[name] === 'string' ? bounds[name] : ''} onChange={(value) => { set(name, value === '' ? undefined : value) }} />
    </Place>
  )
  const fields = {
    single_choice: null, gift_card: null, image_upload: figure('maxFiles'),
    multiple_choice: <>{figure('min')}{figure('max')}</>, number: <>{figure('min')}{figure('max')}</>, text: <>{figure('minLength')}{figure('maxLength')}</>,
    date: <>{date('min', t('edit.earliest'))}{date('max', t('edit.latest'))}</>,
  }[node.questionType ?? 'single_choice']
  if (fields === null) return null
  return (
    <section className={styles.group} data-member="validation" aria-labelledby="edit-validation">
      <h3 id="edit-validation">{t('edit.validation')}</h3>
      <div className={styles.pair}>{fields}</div>
      {node.questionType === 'text' ? (
        <Place member="validation.pattern">
          <Words label={t('edit.pattern')} hint={t('edit.patternHint')} value={typeof bounds.pattern === 'string' ? bounds.pattern : ''} onChange={(value) => { set('pattern', value === '' ? undefined : value) }} />
        </Place>
      ) : null}
    </section>
  )
}
