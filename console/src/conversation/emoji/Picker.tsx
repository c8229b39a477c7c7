/** All emoji in a grid that is searched by typing and walked by arrows. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Loading } from '../../app/States'
import { keepRecent, load, readRecent } from './data'
import styles from './Emoji.module.css'
import { type Emoji, found, type Group, stepped } from './find'

const COLUMNS = 8
const MOST_FOUND = 200

export default function Picker({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { t, i18n } = useTranslation()
  const groups = useGroups(i18n.language)
  const [question, setQuestion] = useState('')
  const [at, setAt] = useState(0)
  const [recent] = useState(readRecent)
  if (groups === null) return <Loading />
  const lately = recent.flatMap((unicode) => groups.flatMap(({ emoji }) => emoji).find((one) => one.unicode === unicode) ?? [])
  const shown: readonly Group[] = question.trim() !== '' ? [{ title: t('emoji.found'), emoji: found(groups, question).slice(0, MOST_FOUND) }]
    : [...(lately.length > 0 ? [{ title: t('emoji.recent'), emoji: lately }] : []), ...groups]
  const all = shown.flatMap(({ emoji }) => emoji)
  const choose = (emoji: Emoji | undefined) => {
    if (emoji === undefined) return
    keepRecent(emoji)
    onChoose(emoji.unicode)
  }
  const begins = shown.map((_, index) => shown.slice(0, index).reduce((sum, { emoji }) => sum + emoji.length, 0))
  return (
    <>
      <input autoFocus className={styles.search} type="search" role="combobox" aria-expanded="true" aria-controls="emoji-found" aria-label={t('emoji.search')}
        aria-activedescendant={all.length === 0 ? undefined : `emoji-${at}`} placeholder={t('emoji.search')} value={question}
        onChange={(event) => { setQuestion(event.target.value); setAt(0) }}
        onKeyDown={(event) => {
          const next = stepped(at, event.key, all.length, COLUMNS)
          if (next !== null && !(event.key.endsWith('t') && question !== '' && event.shiftKey)) setAt(next)
          else if (event.key === 'Enter') choose(all[at])
          else return
          event.preventDefault()
        }} />
      <div id="emoji-found" role="listbox" aria-label={t('emoji.open')} className={styles.all}>
        {all.length === 0 ? <p className={styles.none}>{t('emoji.none')}</p> : null}
        {shown.map(({ title, emoji }, group) => (
          <div key={title} role="group" aria-label={title} className={styles.group}>
            <p className={styles.title} aria-hidden="true">{title}</p>
            <div className={styles.grid}>
              {emoji.map((one, index) => {
                const place = (begins[group] ?? 0) + index
                return (
                  <span key={one.unicode} id={`emoji-${place}`} role="option" aria-selected={place === at} aria-label={one.label} title={one.label} className={styles.one}
                    ref={place === at ? intoView : null} onClick={() => { choose(one) }}>{one.unicode}</span>
                )
              })}
            </div>
          </div>
        ))}
      </div>
      <p className={styles.name} aria-hidden="true"><span>{all[at]?.unicode}</span>{all[at]?.label}</p>
    </>
  )
}

function useGroups(language: string): readonly Group[] | null {
  const [groups, setGroups] = useState<readonly Group[] | null>(null)
  useEffect(() => {
    let gone = false
    void load(language).then((loaded) => { if (!gone) setGroups(loaded) })
    return () => { gone = true }
  }, [language])
  return groups
}

function intoView(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: 'nearest' })
}
