/** Shifts begin and end without anybody telling: what depends on them is asked for again at those moments. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { serverClock } from './clock'

type Shifts = Pick<components['schemas']['Agent'], 'shift_until' | 'shift_next'>

const LATEST = 2 ** 31 - 1 // milliseconds that a timer can wait
const AFTER = 500 // so that the server's own reading is past it too

/** The first moment at which one of them begins or ends work; null where none does. */
export function nextChange(agents: readonly Shifts[]): number | null {
  const moments = agents.flatMap(({ shift_until, shift_next }) => (shift_until ?? shift_next) ?? []).map((time) => Date.parse(time))
  return moments.length === 0 ? null : Math.min(...moments)
}

export function useShiftChanges(agents: readonly Shifts[]): void {
  const cache = useQueryClient()
  const next = nextChange(agents)
  const [passed, setPassed] = useState(0)
  useEffect(() => {
    if (next === null) return undefined
    const timer = setTimeout(() => {
      setPassed(passed + 1)
      void cache.invalidateQueries({ queryKey: keys.agents })
      void cache.invalidateQueries({ queryKey: keys.queue })
    }, Math.min(LATEST, Math.max(1_000, next - serverClock.now() + AFTER)))
    return () => { clearTimeout(timer) }
  }, [next, cache, passed])
}
