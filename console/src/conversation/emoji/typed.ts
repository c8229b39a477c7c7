/** Emoji by their names amid a text: what is typed asks for some, and one of them takes its place. */
export interface Asked {
  /** Where the colon stands. */
  readonly from: number
  readonly question: string
}

const LONGEST = 40
/** A colon that begins a word, then two letters at least: no time, no address, no colon before a space. */
const ASKED = /(?:^|[\s([{"'«“])(:(\p{L}[\p{L}\p{M}\p{N}_+-]+))$/u

/** What the word before the cursor asks for; null for any other word. */
export function asked(text: string, cursor: number): Asked | null {
  const [, word, question] = ASKED.exec(text.slice(Math.max(0, cursor - LONGEST), cursor)) ?? []
  return word === undefined || question === undefined || question.length < 2 ? null : { from: cursor - word.length, question }
}
