/** Tags: each with its cross, and a field that suggests those in use. */
import { useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { type KeyboardEvent, useId, useState } from 'react'
import { Button as Pressable } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { useApi } from '../app/session'
import { fuzzy } from '../keyboard/fuzzy'
import styles from './Tags.module.css'

const MOST = 20
const SHOWN = 8

interface Props {
  tags: readonly string[]
  editable: boolean
  typing: boolean
  onTyping: (typing: boolean) => void
  onChange: (tags: readonly string[]) => void
}

export function Tags({ tags, editable, typing, onTyping, onChange }: Props) {
  const { t } = useTranslation('ticket')
  return (
    <div className={styles.tags}>
      {tags.map((tag) => (
        <span key={tag} className={styles.tag}>
          {tag}
          {editable ? <Pressable className={styles.remove ?? ''} aria-label={t('tags.remove', { tag })} onPress={() => { onChange(tags.filter((other) => other !== tag)) }}><X aria-hidden /></Pressable> : null}
        </span>
      ))}
      {!editable ? tags.length === 0 ? <span className={styles.none}>{t('none')}</span> : null
        : typing ? <NewTag tags={tags} onAdd={(tag) => { onChange([...tags, tag].sort()) }} onDone={() => { onTyping(false) }} />
          : tags.length >= MOST ? <span className={styles.none}>{t('tags.tooMany')}</span>
            : <Pressable className={styles.add ?? ''} aria-label={t('tags.add')} onPress={() => { onTyping(true) }}><Plus aria-hidden /></Pressable>}
    </div>
  )
}

interface Suggestion {
  readonly tag: string
  readonly known: boolean
}

function NewTag({ tags, onAdd, onDone }: { tags: readonly string[]; onAdd: (tag: string) => void; onDone: () => void }) {
  const { t } = useTranslation('ticket')
  const list = useId()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const suggestions = useSuggestions(text, tags)
  const add = (suggestion: Suggestion | undefined) => {
    if (suggestion === undefined) return
    onAdd(suggestion.tag)
    setText('')
    setAt(0)
    if (tags.length + 1 >= MOST) onDone()
  }
  const steer = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) setAt((at + step + suggestions.length) % Math.max(1, suggestions.length))
    else if ((event.key === 'Enter' || event.key === ',') && !event.nativeEvent.isComposing) add(suggestions[at])
    else if (event.key === 'Escape') onDone()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <span className={styles.new}>
      <input autoFocus role="combobox" aria-label={t('tags.add')} aria-expanded={suggestions.length > 0} aria-controls={list} aria-autocomplete="list" maxLength={50}
        aria-activedescendant={suggestions.length > 0 ? `${list}-${at}` : undefined} placeholder={t('tags.placeholder')} value={text} autoComplete="off"
        onChange={(event) => { setText(event.target.value); setAt(0) }} onKeyDown={steer} onBlur={onDone} />
      <ul id={list} role="listbox" aria-label={t('field.tags')} className={styles.suggestions} hidden={suggestions.length === 0}>
        {suggestions.map((suggestion, index) => (
          <li key={suggestion.tag} id={`${list}-${index}`} role="option" aria-selected={index === at} onPointerDown={(event) => { event.preventDefault() }}
            onPointerMove={() => { setAt(index) }} onClick={() => { add(suggestion) }}>
            {suggestion.known ? suggestion.tag : t('tags.create', { tag: suggestion.tag })}
          </li>
        ))}
      </ul>
    </span>
  )
}

/** Those in use that fit, the best first, and what was typed where that is a new one. */
function useSuggestions(text: string, tags: readonly string[]): readonly Suggestion[] {
  const api = useApi()
  const search = text.trim()
  const asked = useQuery({
    queryKey: ['tags', search],
    queryFn: async () => (await api.GET('/api/v1/tags/', { params: { query: search === '' ? {} : { search } } })).data?.data ?? [],
    placeholderData: (before) => before,
  })
  const found = (asked.data ?? []).filter((tag) => !tags.includes(tag)).flatMap((tag) => {
    const match = fuzzy(search, tag)
    return match === null ? [] : [{ tag, known: true, score: match.score }]
  }).sort((one, other) => other.score - one.score).slice(0, SHOWN)
  const fresh = search !== '' && !tags.includes(search) && !found.some(({ tag }) => tag === search)
  return fresh ? [...found, { tag: search, known: false }] : found
}
