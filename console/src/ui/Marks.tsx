/** Small signs: who somebody is, and how something stands. */
import type { ReactNode } from 'react'

import styles from './Marks.module.css'

type Tone = 'plain' | 'accent' | 'good' | 'warn' | 'bad'
const HUES = 12
const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

export function Badge({ tone = 'plain', title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return <span className={styles.badge} data-tone={tone} title={title}>{children}</span>
}

/** The initials of a name on a colour that the name always has. */
export function Avatar({ name, small = false }: { name: string; small?: boolean }) {
  return <span className={styles.avatar} data-hue={hue(name)} data-small={small} aria-hidden="true">{initials(name)}</span>
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/u)
  return `${first(words[0])}${words.length > 1 ? first(words.at(-1)) : ''}`.toLocaleUpperCase() || '?'
}

function first(word = ''): string {
  return letters.segment(word)[Symbol.iterator]().next().value?.segment ?? ''
}

function hue(name: string): number {
  return Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521, 7) % HUES
}
