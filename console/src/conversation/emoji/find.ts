/** Emoji by words of their names. */
export interface Emoji {
  readonly label: string
  readonly unicode: string
  readonly group?: number
  readonly order?: number
  readonly tags?: readonly string[]
}

export interface Group {
  readonly title: string
  readonly emoji: readonly Emoji[]
}

const COMPONENTS = 2 // hair and skin alone

/** In their groups and order. */
export function grouped(all: readonly Emoji[], titles: readonly { readonly message: string; readonly order: number }[]): readonly Group[] {
  const sorted = all.filter(({ group }) => group !== undefined && group !== COMPONENTS).toSorted((one, other) => (one.order ?? 0) - (other.order ?? 0))
  return titles.map(({ message, order }) => ({ title: message, emoji: sorted.filter(({ group }) => group === order) })).filter(({ emoji }) => emoji.length > 0)
}

/** Each word of the question begins a word of the emoji's; names before tags. */
export function found(groups: readonly Group[], question: string): readonly Emoji[] {
  const words = plain(question).split(/\s+/u).filter((word) => word !== '')
  const matches = groups.flatMap(({ emoji }) => emoji).map((emoji) => ({ emoji, rank: rank(emoji, words) })).filter(({ rank: one }) => one > 0)
  return matches.toSorted((one, other) => other.rank - one.rank).map(({ emoji }) => emoji)
}

function rank({ label, tags = [] }: Emoji, words: readonly string[]): number {
  const name = plain(label)
  if (words.every((word) => begins(name, word))) return name === words.join(' ') ? 4 : name.startsWith(words[0] ?? '') ? 3 : 2
  const all = `${name} ${plain(tags.join(' '))}`
  return words.every((word) => begins(all, word)) ? 1 : 0
}

function begins(text: string, word: string): boolean {
  return text.startsWith(word) || text.includes(` ${word}`)
}

function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{Mn}/gu, '').toLowerCase().replaceAll(/[-’'_]/gu, ' ')
}

/** Where an arrow leads in a list that is drawn in rows of so many; null for another key. */
export function stepped(at: number, key: string, many: number, columns: number): number | null {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[key]
  if (step === undefined || many === 0) return null
  return Math.min(many - 1, Math.max(0, at + step))
}
