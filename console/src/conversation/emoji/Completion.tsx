/** Emoji that are offered while one types a name after a colon; the field keeps the cursor. */
import { type RefObject, useEffect, useId, useImperativeHandle, useLayoutEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Act } from '../../keyboard/registry'
import { keepRecent, load } from './data'
import styles from './Emoji.module.css'
import { type Emoji, found, type Group } from './find'
import { asked } from './typed'

const MOST = 6

interface Props {
  text: string
  cursor: number
  field: RefObject<HTMLTextAreaElement | null>
  /** What keys mean in the field while something is offered. */
  keys: RefObject<readonly Act[] | null>
  /** Puts an emoji in the place of what stands between two places of the text. */
  put: (emoji: string, from: number, to: number) => void
}

export default function Completion({ text, cursor, field, keys, put }: Props) {
  const { t, i18n } = useTranslation()
  const id = useId()
  const groups = useGroups(i18n.language)
  const wanted = asked(text, cursor)
  const [closed, setClosed] = useState<number | null>(null)
  const [at, setAt] = useState({ question: '', place: 0 })
  if (closed !== null && closed !== wanted?.from) setClosed(null)
  const some = wanted === null || wanted.from === closed ? [] : found(groups, wanted.question).slice(0, MOST)
  const place = at.question === wanted?.question ? at.place : 0
  const open = some.length > 0
  const take = (chosen: Emoji | undefined) => {
    if (chosen === undefined || wanted === null) return
    keepRecent(chosen)
    put(chosen.unicode, wanted.from, cursor)
  }
  const go = (by: number) => { setAt({ question: wanted?.question ?? '', place: (place + by + some.length) % some.length }) }
  useImperativeHandle(keys, () => {
    const act = (key: string, run: () => void): Act => ({ id: key, text: '', group: 'conversation', own: [key], run })
    const choose = () => { take(some[place]) }
    return open ? [
      act('Enter', choose), act('Tab', choose), act('ArrowDown', () => { go(1) }), act('ArrowUp', () => { go(-1) }), act('Escape', () => { setClosed(wanted?.from ?? null) }),
    ] : []
  })
  useLayoutEffect(() => {
    const box = field.current
    if (!open || box === null) return undefined
    const told = { 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox', 'aria-controls': id, 'aria-activedescendant': `${id}-${place}` }
    for (const [name, value] of Object.entries(told)) box.setAttribute(name, value)
    return () => { for (const name of Object.keys(told)) box.removeAttribute(name) }
  }, [field, id, open, place])
  return (
    <>
      <p className="unseen" role="status">{open ? t('palette.found', { count: some.length }) : ''}</p>
      {open ? (
        <ul id={id} role="listbox" aria-label={t('emoji.open')} className={styles.completion}>
          {some.map((emoji, index) => (
            <li key={emoji.unicode} id={`${id}-${index}`} role="option" aria-selected={index === place} className={styles.offered}
              onMouseDown={(event) => { event.preventDefault() }} onClick={() => { take(emoji) }}>
              <span aria-hidden="true">{emoji.unicode}</span>{emoji.label}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  )
}

/** None until they are loaded; without a network none are offered, and the text stays as it was typed. */
function useGroups(language: string): readonly Group[] {
  const [groups, setGroups] = useState<readonly Group[]>([])
  useEffect(() => {
    let gone = false
    load(language).then((loaded) => { if (!gone) setGroups(loaded) }, () => undefined)
    return () => { gone = true }
  }, [language])
  return groups
}
