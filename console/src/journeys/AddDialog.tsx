/** Which step to add, and behind what. */
import { useState } from 'react'
import { ListBox, ListBoxItem, ListBoxSection, Header } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { Dialog } from '../ui/Dialog'
import { Choose } from '../ui/Field'
import styles from './AddDialog.module.css'
import { KIND_ICONS, TYPE_ICONS } from './icons'
import { addNode, openWay, othersAt, START } from './model/edit'
import { edges, type Kind, nodeOf, QUESTION_TYPES, type QuestionType, startOf, wayId } from './model/graph'
import { afterWindow } from './steering'
import { type Spot, useBuilder } from './Table'

export function AddDialog({ at, onClose }: { at: Spot; onClose: () => void }) {
  const { t } = useTranslation('journeys')
  const { graph, rows, labels, desk, show, edit } = useBuilder()
  const [place, setPlace] = useState(at === null ? '' : at === START ? START : JSON.stringify([at.node, at.way]))
  const ways = rows.flatMap(({ id }) => {
    const node = nodeOf(graph, id)
    return node === null ? [] : node.ways.map((way) => ({ value: JSON.stringify([id, wayId(way)]), label: t('add.way', { node: labels.title(id), way: labels.way(node, way) }) }))
  })
  const others = othersAt(place)
  const add = (key: string) => {
    const type = QUESTION_TYPES.find((name) => name === key)
    const kind = others.find((name) => name === key) ?? 'question'
    const [node = '', way = ''] = place === '' || place === START ? [] : JSON.parse(place) as [string, string]
    let added = ''
    edit((from) => {
      const made = addNode(from, kind, { at: place === '' ? undefined : place === START ? START : { node, way }, type })
      added = made.id
      return made.graph
    })
    onClose()
    afterWindow(() => { if (desk.graph !== graph) show(added, 'editor') })
  }
  return (
    <Dialog title={t('add.title')} open onClose={onClose}>
      <div className={styles.form}>
        {rows.length === 0 ? null : <Choose label={t('add.where')} value={place} options={[{ value: START, label: t('add.start') }, ...ways, { value: '', label: t('add.apart') }]} onChange={setPlace} />}
        <ListBox aria-label={t('add.title')} className={styles.kinds ?? ''} onAction={(key) => { add(String(key)) }} autoFocus="first" shouldFocusWrap>
          <ListBoxSection>
            <Header className={styles.header ?? ''}>{t('add.questions')}</Header>
            {QUESTION_TYPES.map((type) => <Item key={type} name={type} title={t(`type.${type}`)} about={t(`about.${type}`)} />)}
          </ListBoxSection>
          <ListBoxSection>
            <Header className={styles.header ?? ''}>{t('add.others')}</Header>
            {others.map((kind) => <Item key={kind} name={kind} title={t(`kind.${kind}`)} about={t(`about.${kind}`)} />)}
          </ListBoxSection>
        </ListBox>
      </div>
    </Dialog>
  )
}

function Item({ name, title, about }: { name: QuestionType | Exclude<Kind, 'question'>; title: string; about: string }) {
  const Icon = { ...TYPE_ICONS, ...KIND_ICONS }[name]
  return (
    <ListBoxItem id={name} textValue={title} className={styles.item ?? ''} data-kind={name in KIND_ICONS ? name : 'question'}>
      <span className={styles.icon}><Icon aria-hidden /></span>
      <span><span className={styles.title}>{title}</span> <span className={styles.about}>{about}</span></span>
    </ListBoxItem>
  )
}

/** Where a new step comes, where it is not said: after the chosen one, or before it where that is an end; where none is chosen, after the
 * last one that leads on, and at the start of a journey that has none. */
export function spotFor({ graph, rows, current }: Pick<ReturnType<typeof useBuilder>, 'graph' | 'rows' | 'current'>): Spot {
  const node = nodeOf(graph, current ?? rows.findLast((row) => (nodeOf(graph, row.id)?.ways.length ?? 0) > 0)?.id ?? '')
  const way = node === null ? null : openWay(node)
  if (node === null || startOf(graph) === node.id && way === null) return START
  const edge = edges(graph).find(({ to }) => to === node.id)
  if (way !== null) return { node: node.id, way }
  return edge === undefined ? null : { node: edge.from, way: edge.way }
}
