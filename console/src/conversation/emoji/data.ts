/** The names of all emoji, loaded when they are first looked for, and those that this browser's reader took lately. */
import { type Emoji, type Group, grouped } from './find'

const KEPT = 'emoji'
const MOST_RECENT = 24

export async function load(language: string): Promise<readonly Group[]> {
  const [all, messages] = await (language === 'fr'
    ? Promise.all([import('emojibase-data/fr/compact.json'), import('emojibase-data/fr/messages.json')])
    : Promise.all([import('emojibase-data/en/compact.json'), import('emojibase-data/en/messages.json')]))
  return grouped(all.default, messages.default.groups)
}

export function readRecent(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]')
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}

export function keepRecent({ unicode }: Emoji): void {
  localStorage.setItem(KEPT, JSON.stringify([unicode, ...readRecent().filter((one) => one !== unicode)].slice(0, MOST_RECENT)))
}
