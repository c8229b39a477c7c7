/** Finding by a few letters: "rpt" finds "Reply to Tony", the better the more its letters begin words or stand together. */

export interface Match {
  /** The greater the better; comparable between texts for one question. */
  readonly score: number
  /** Which letters of the text were meant, by their index. */
  readonly at: readonly number[]
}

const WORD_BEGINS = 8
const FOLLOWS = 5
const FOUND = 1
const SKIPPED = 0.1 // each letter that is passed over
const WHOLE_WORD = 12

/** Null where the text does not have all letters of the question in their order; case and accents do not count. */
export function fuzzy(question: string, text: string): Match | null {
  const wanted = plain(question).filter((letter) => letter.trim() !== '')
  const letters = plain(text)
  if (wanted.length === 0) return { score: 0, at: [] }
  const together = inOnePiece(plain(question.trim()), letters)
  return together ?? scattered(wanted, letters)
}

/** The letters of a text without case and accents, as many as the text has (by UTF-16 units that begin a letter). */
function plain(text: string): string[] {
  return Array.from(text, (letter) => letter.normalize('NFD').charAt(0).toLowerCase())
}

function begins(letters: readonly string[], at: number): boolean {
  return at === 0 || !/[\p{Letter}\p{Number}]/u.test(letters[at - 1] ?? '')
}

function inOnePiece(wanted: readonly string[], letters: readonly string[]): Match | null {
  const places = letters.flatMap((_, start) => (wanted.every((letter, index) => letters[start + index] === letter) ? [start] : []))
  const start = places.find((place) => begins(letters, place)) ?? places[0]
  if (start === undefined) return null
  const first = begins(letters, start) ? WORD_BEGINS : 0
  const whole = first > 0 && begins(letters, start + wanted.length + 1) ? WHOLE_WORD : 0
  return { score: wanted.length * (FOUND + FOLLOWS) + first + whole - start * SKIPPED, at: wanted.map((_, index) => start + index) }
}

/** The best way to find the letters one after the other: for each letter of the text, the best score that ends with it. */
function scattered(wanted: readonly string[], letters: readonly string[]): Match | null {
  let ends = new Map<number, Match>()
  for (const [order, letter] of wanted.entries()) {
    const next = new Map<number, Match>()
    for (const [at, found] of letters.entries()) {
      if (found !== letter) continue
      const here = FOUND + (begins(letters, at) ? WORD_BEGINS : 0)
      const before = order === 0 ? { score: -at * SKIPPED, at: [] } : bestBefore(ends, at)
      if (before !== null) next.set(at, { score: before.score + here, at: [...before.at, at] })
    }
    ends = next
  }
  return [...ends.values()].reduce<Match | null>((best, match) => (best === null || match.score > best.score ? match : best), null)
}

function bestBefore(ends: ReadonlyMap<number, Match>, at: number): Match | null {
  let best: Match | null = null
  for (const [end, match] of ends) {
    if (end >= at) continue
    const score = match.score + (end === at - 1 ? FOLLOWS : -(at - end - 1) * SKIPPED)
    if (best === null || score > best.score) best = { score, at: match.at }
  }
  return best
}
