/** In which order the palette shows what it has. */
import { fuzzy, type Match } from './fuzzy'

export interface Choice {
  readonly id: string
  readonly text: string
  /** Said beside it, and looked through too. */
  readonly beside?: string | undefined
  readonly words?: string | undefined
}

export interface Ranked<Of extends Choice> {
  readonly choice: Of
  /** Letters of its text that were meant. */
  readonly at: readonly number[]
}

const RECENT = 4 // what having been chosen lately is worth, against a word's beginning
const ELSEWHERE = 0.6 // a match in what stands beside it, against one in the text

/** Without a question what was chosen lately comes first and the rest in its order; with one, the best match. */
export function ranked<Of extends Choice>(choices: readonly Of[], question: string, recent: readonly string[]): Ranked<Of>[] {
  const lately = (choice: Of) => (recent.includes(choice.id) ? recent.length - recent.indexOf(choice.id) : 0)
  if (question.trim() === '') {
    return choices.map((choice) => ({ choice, at: [] })).sort((one, other) => lately(other.choice) - lately(one.choice))
  }
  return choices.flatMap((choice) => {
    const match = matched(choice, question)
    return match === null ? [] : [{ choice, at: match.at, score: match.score + (lately(choice) > 0 ? RECENT : 0) }]
  }).sort((one, other) => other.score - one.score)
}

function matched(choice: Choice, question: string): Match | null {
  const best = fuzzy(question, choice.text)
  const elsewhere = [choice.beside, choice.words].flatMap((text) => (text === undefined ? [] : [fuzzy(question, text)?.score ?? -Infinity]))
  const other = Math.max(-Infinity, ...elsewhere) * ELSEWHERE
  if (other === -Infinity || (best !== null && best.score >= other)) return best
  return { score: other, at: best?.at ?? [] }
}

const KEPT = 'palette'
const MOST = 8

export function recent(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]')
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

export function remember(id: string): void {
  localStorage.setItem(KEPT, JSON.stringify([id, ...recent().filter((other) => other !== id)].slice(0, MOST)))
}
