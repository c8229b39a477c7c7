/** What was, what is, and what was taken back. Changes under the same mark are one step, until it is sealed. */
const LONGEST = 500

export interface History<State> {
  readonly past: readonly State[]
  readonly present: State
  readonly future: readonly State[]
  readonly mark: string | null
}

export function begin<State>(present: State): History<State> {
  return { past: [], present, future: [], mark: null }
}

export function push<State>(history: History<State>, next: State, mark: string | null = null): History<State> {
  if (Object.is(next, history.present)) return history
  if (mark !== null && mark === history.mark) return { ...history, present: next, future: [] }
  return { past: [...history.past, history.present].slice(-LONGEST), present: next, future: [], mark }
}

/** What comes next is a step of its own. */
export function seal<State>(history: History<State>): History<State> {
  return history.mark === null ? history : { ...history, mark: null }
}

export function undo<State>(history: History<State>): History<State> {
  const before = history.past.at(-1)
  if (before === undefined) return history
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], mark: null }
}

export function redo<State>(history: History<State>): History<State> {
  const [next, ...rest] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future: rest, mark: null }
}
