/** Which step to add, and behind what. */
import { useState } from 'react'
import { ListBox, ListBoxItem, ListBoxSection, Header } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { Dialog } from '../ui/Dialog'
import { Choose } from '../ui/Field'
import styles from './AddDialog.module.css'
import { KIND_ICONS, TYPE_ICONS } from './icons'
import { addNode, openWay, type Place } from './model/edit'
import { type Kind, KINDS, nodeOf, QUESTION_TYPES, type QuestionType, wayId } from './model/graph'
import { useBuilder } from './Table'

const OTHERS = KINDS.filter((kind): kind is Exclude<Kind, 'question'> => kind !== 'question')

export function AddDialog({ at, onClose }: { at: Place | null; onClose: () => void }) {
  const { t } = useTranslation('journeys')
  const { graph, rows, labels, desk, show, edit } = useBuilder()
  const [place, setPlace] = useState(at === null ? '' : JSON.stringify([at.node, at.way]))
  const ways = rows.flatMap(({ id }) => {
    const node = nodeOf(graph, id)
    return node === null ? [] : node.ways.map((way) => ({ value: JSON.stringify([id, wayId(way)]), label: t('add.way', { node: labels.title(id), way: labels.way(node, way) }) }))
  })
  const add = (key: string) => {
    const type = QUESTION_TYPES.find((name) => name === key)
    const kind = OTHERS.find((name) => name === key) ?? 'question'
    const [node = '', way = ''] = place === '' ? [] : JSON.parse(place) as [string, string]
    let added = ''
    edit((from) => {
      const made = addNode(from, kind, { at: place === '' ? undefined : { node, way }, type })
      added = made.id
      return made.graph
    })
    onClose()
    // When the window is gone, and gave back the cursor.
    requestAnimationFrame(() => requestAnimationFrame(() => { if (desk.graph !== graph) show(added, 'editor') }))
  }
  return (
    <Dialog title={t('add.title')} open onClose={onClose}>
      <div className={styles.form}>
        <Choose label={t('add.after')} value={place} options={[{ value: '', label: t('add.apart') }, ...ways]} onChange={setPlace} />
        <ListBox aria-label={t('add.title')} className={styles.kinds ?? ''} onAction={(key) => { add(String(key)) }} autoFocus="first" shouldFocusWrap>
          <ListBoxSection>
            <Header className={styles.header ?? ''}>{t('add.questions')}</Header>
            {QUESTION_TYPES.map((type) => <Item key={type} name={type} title={t(`type.${type}`)} about={t(`about.${type}`)} />)}
          </ListBoxSection>
          <ListBoxSection>
            <Header className={styles.header ?? ''}>{t('add.others')}</Header>
            {OTHERS.map((kind) => <Item key={kind} name={kind} title={t(`kind.${kind}`)} about={t(`about.${kind}`)} />)}
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

/** The way of a node behind which a new step comes, where it is not said. */
export function placeAfter(builder: ReturnType<typeof useBuilder>): Place | null {
  const node = builder.current === null ? null : nodeOf(builder.graph, builder.current)
  const way = node === null ? null : openWay(node)
  return node === null || way === null ? null : { node: node.id, way }
}
