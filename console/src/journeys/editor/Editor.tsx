/** Everything of the chosen step. */
import { ArrowLeft, CirclePlay, Copy, MoveLeft, MoveRight, Plus, Trash2, X } from 'lucide-react'
import { type RefObject, useImperativeHandle, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Button, IconButton } from '../../ui/Button'
import { Choose, TextField } from '../../ui/Field'
import { Badge } from '../../ui/Marks'
import { spotFor } from '../AddDialog'
import { canMoveAlong, moveAlong, rename, setKind, setStart } from '../model/edit'
import { KINDS, type Node, nodeOf, startOf } from '../model/graph'
import { useProblemText } from '../ProblemList'
import { useBuilder } from '../Table'
import styles from './Editor.module.css'
import { Condition, End, Message } from './Others'
import { Question } from './Questions'
import { Place } from './parts'

export interface EditorView {
  /** The cursor to what edits this member of the step, or to its first field. */
  focus: (member?: string) => void
}

const FIELDS = 'input:not(:disabled), select:not(:disabled), textarea:not(:disabled)'

export function Editor({ view, onBack }: { view: RefObject<EditorView | null>; onBack: () => void }) {
  const { t } = useTranslation('journeys')
  const { graph, standing, current, remove, duplicate, mayChange } = useBuilder()
  const form = useRef<HTMLDivElement>(null)
  useImperativeHandle(view, () => ({
    focus: (member = '') => {
      const parts = member.split('.')
      const places = parts.map((_, place) => parts.slice(0, parts.length - place).join('.')).filter((name) => name !== '')
      const found = places.map((name) => form.current?.querySelector(`[data-member="${CSS.escape(name)}"]`)).find((place) => place != null) ?? form.current
      const field = found?.querySelector<HTMLElement>(FIELDS) ?? form.current?.querySelector<HTMLElement>(FIELDS)
      field?.focus()
      field?.scrollIntoView({ block: 'nearest' })
    },
  }), [])
  const node = current === null ? null : nodeOf(graph, current)
  const several = standing.chosen.length
  return (
    <div ref={form} className={styles.editor} onKeyDown={(event) => { if (event.key === 'Escape' && !event.defaultPrevented) { event.preventDefault(); onBack() } }}>
      {node === null ? <p className={styles.none}>{t('edit.none')}</p> : several > 1 ? (
        <div className={styles.several}>
          <p>{t('edit.several', { count: several })}</p>
          <Button icon={<Copy aria-hidden />} isDisabled={!mayChange} onPress={() => { duplicate(standing.chosen) }}>{t('edit.duplicate')}</Button>
          <Button look="danger" icon={<Trash2 aria-hidden />} isDisabled={!mayChange} onPress={() => { remove(standing.chosen) }}>{t('edit.delete')}</Button>
        </div>
      ) : <One key={node.id} node={node} onBack={onBack} />}
    </div>
  )
}

function One({ node, onBack }: { node: Node; onBack: () => void }) {
  const { t } = useTranslation('journeys')
  const { graph, rows, ask, edit, remove, duplicate, mayChange, problems, labels } = useBuilder()
  const words = useProblemText()
  const found = problems.of.get(node.id) ?? []
  return (
    <>
      <header className={styles.head}>
        <IconButton small label={t('edit.back')} onPress={onBack}><ArrowLeft aria-hidden className={styles.narrow} /><X aria-hidden className={styles.wide} /></IconButton>
        <h2 title={labels.title(node.id)}>{labels.kind(node)}</h2>
        <IconButton small label={t('edit.earlier')} shortcut="Alt+↑" isDisabled={!mayChange || !canMoveAlong(graph, node.id, -1)} onPress={() => { edit((from) => moveAlong(from, node.id, -1)) }}><MoveLeft aria-hidden /></IconButton>
        <IconButton small label={t('edit.later')} shortcut="Alt+↓" isDisabled={!mayChange || !canMoveAlong(graph, node.id, 1)} onPress={() => { edit((from) => moveAlong(from, node.id, 1)) }}><MoveRight aria-hidden /></IconButton>
        <IconButton small label={t('edit.duplicate')} shortcut="D" isDisabled={!mayChange} onPress={() => { duplicate([node.id]) }}><Copy aria-hidden /></IconButton>
        <IconButton small label={t('edit.delete')} shortcut="Del" isDisabled={!mayChange} onPress={() => { remove([node.id]) }}><Trash2 aria-hidden /></IconButton>
      </header>
      {mayChange ? (
        <div className={styles.first}>
          <Button small icon={<Plus aria-hidden />} onPress={() => { ask(spotFor({ graph, rows, current: node.id })) }}>{t(node.kind === 'end' ? 'edit.addBefore' : 'edit.addAfter')}</Button>
          {startOf(graph) === node.id ? <Badge tone="accent">{t('edit.isStart')}</Badge>
            : <Button small look="quiet" icon={<CirclePlay aria-hidden />} onPress={() => { edit((from) => setStart(from, node.id)) }}>{t('edit.setStart')}</Button>}
        </div>
      ) : null}
      {found.length === 0 ? null : (
        <ul className={styles.problems}>{found.map((problem, place) => <li key={place} data-level={problem.level}>{words(problem)}</li>)}</ul>
      )}
      {/* Whoever may only look at it moves through it by keys, too: no field takes the cursor then. */}
      <div className={styles.scroll} role="group" aria-label={t('edit.label')} tabIndex={mayChange ? undefined : 0}>
        <fieldset className={styles.fields} disabled={!mayChange}>
          <legend className="unseen">{t('edit.label')}</legend>
          {node.kind === 'question' ? <Question node={node} /> : node.kind === 'message' ? <Message node={node} /> : node.kind === 'condition' ? <Condition node={node} />
            : node.kind === 'end' ? <End node={node} /> : <p>{t('edit.unknown')}</p>}
          <Place member="type">
            <Choose label={t('edit.kind')} value={node.kind ?? ''} onChange={(kind) => { if (kind !== '') edit((from) => setKind(from, node.id, kind)) }}
              options={[...(node.kind === null ? [{ value: '' as const, label: t('kind.unknown') }] : []), ...KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))]} />
          </Place>
          <Name node={node} />
        </fieldset>
      </div>
    </>
  )
}

/** The id: committed when one is done, since every other node that names it changes with it. */
function Name({ node }: { node: Node }) {
  const { t } = useTranslation('journeys')
  const { graph, edit, show } = useBuilder()
  const [typed, setTyped] = useState(node.id)
  const free = typed === node.id || rename(graph, node.id, typed) !== graph
  const done = () => {
    if (typed === node.id || !free) return
    edit((from) => rename(from, node.id, typed))
    show(typed)
  }
  return <Place member="id"><TextField label={t('edit.id')} hint={t('edit.idHint')} value={typed} onChange={setTyped} onBlur={done} wrong={free ? undefined : t('edit.idTaken')} spellCheck="false" /></Place>
}
