/** What is not needed to begin with, but soon: it is loaded when there is nothing else to do, and at once where it is needed before. */
type Load<Module> = () => Promise<Module>

const BEGINNING = 1_000 // milliseconds in which the page fetches what it shows first
const AGAIN = 3_000
const waiting = new Set<Load<unknown>>()
let begun = false

/** `later(() => import('./Panel'))`: gives what loads it. Without a line that takes until there is one; the page stays as it is. */
export function later<Module>(load: Load<Module>): Load<Module> {
  if (begun) whenIdle(load)
  else waiting.add(load)
  return () => insisted(load)
}

/** The page stands: whatever waits is loaded soon. */
export function loadWhatWaits(): void {
  if (begun) return
  begun = true
  setTimeout(() => { for (const load of waiting) whenIdle(load) }, BEGINNING)
}

async function insisted<Module>(load: Load<Module>): Promise<Module> {
  for (;;) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, AGAIN))
    }
  }
}

/** Safari has no idle time to give. What does not come is asked for again by whoever needs it. */
function whenIdle(load: Load<unknown>): void {
  const run = () => { load().catch(() => undefined) }
  if ('requestIdleCallback' in globalThis) requestIdleCallback(run, { timeout: 2_000 })
  else setTimeout(run)
}
