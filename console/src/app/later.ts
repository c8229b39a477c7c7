/** What is not needed to begin with, but soon: it is loaded when there is nothing else to do, and at once where it is needed before. */
type Load = () => Promise<unknown>

const BEGINNING = 1_000 // milliseconds in which the page fetches what it shows first
const waiting = new Set<Load>()
let begun = false

/** `later(() => import('./Panel'))`: gives what loads it. */
export function later<Loads extends Load>(load: Loads): Loads {
  if (begun) whenIdle(load)
  else waiting.add(load)
  return load
}

/** The page stands: whatever waits is loaded soon. */
export function loadWhatWaits(): void {
  if (begun) return
  begun = true
  setTimeout(() => { for (const load of waiting) whenIdle(load) }, BEGINNING)
}

/** Safari has no idle time to give. What does not come is asked for again by whoever needs it. */
function whenIdle(load: Load): void {
  const run = () => { load().catch(() => undefined) }
  if ('requestIdleCallback' in globalThis) requestIdleCallback(run, { timeout: 2_000 })
  else setTimeout(run)
}
