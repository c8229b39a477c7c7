/** One act on many tickets: one after the other, a few at a time, with a result for each. */
import { ApiError } from '../api/errors'

export interface Outcome {
  readonly ticket: string
  /** What the server says against it; null where it was done. */
  readonly refused: string | null
}

const AT_ONCE = 3

/** Each ticket once, in their order; `told` hears of each as soon as it is known. A refusal does not stop the others. */
export async function onEach(
  tickets: readonly string[], act: (ticket: string) => Promise<unknown>, told: (outcome: Outcome) => void, unknown: string,
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>()
  const waiting = [...tickets]
  const work = async () => {
    for (let ticket = waiting.shift(); ticket !== undefined; ticket = waiting.shift()) {
      const outcome = { ticket, refused: await act(ticket).then(() => null, (error: unknown) => reason(error, unknown)) }
      outcomes.set(ticket, outcome)
      told(outcome)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return tickets.flatMap((ticket) => outcomes.get(ticket) ?? [])
}

function reason(error: unknown, unknown: string): string {
  return error instanceof ApiError && error.message !== '' ? error.message : unknown
}
