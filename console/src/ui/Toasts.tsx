/** Short remarks at the edge of the page: what was done, or what was refused and why. They are read aloud; refusals stay until closed. */
import { lazy, useSyncExternalStore } from 'react'
import { UNSTABLE_ToastQueue as Queue } from 'react-aria-components'

import { later } from '../app/later'
import { Once } from './Once'

export interface Remark {
  text: string
  kind: 'done' | 'wrong'
  /** How often it was said while it stood there. */
  times: number
  /** Takes it back, or tries again. */
  act?: { label: string; run: () => void }
}
type Act = Remark['act']
const SHOWN = 6_000 // milliseconds
const SHOWN_TO_ACT = 20_000 // what can be taken back, so long that one comes to it by keys
const DONE = 'done' // the newest alone stands there: what was done before is seen elsewhere
export const queue = new Queue<Remark>({ maxVisibleToasts: 2 })
const standing = new Map<string, { key: string; times: number }>()
const Region = lazy(later(() => import('./ToastRegion')))

/** Returns whether it still stands there, whenever that is asked. */
export function say(text: string, act?: Act): () => boolean {
  return add(DONE, { text, kind: 'done', times: 1 }, act, act === undefined ? SHOWN : SHOWN_TO_ACT)
}

/** What is said twice stands there once, with how often. */
export function complain(text: string, act?: Act): void {
  const name = `wrong ${text}`
  add(name, { text, kind: 'wrong', times: (standing.get(name)?.times ?? 0) + 1 }, act)
}

function add(name: string, remark: Remark, act: Act, timeout?: number): () => boolean {
  const before = standing.get(name)
  if (before !== undefined) queue.close(before.key)
  const key = queue.add({ ...remark, ...(act === undefined ? {} : { act }) }, {
    ...(timeout === undefined ? {} : { timeout }), onClose: () => { if (standing.get(name)?.key === key) standing.delete(name) },
  })
  standing.set(name, { key, times: remark.times })
  return () => standing.get(name)?.key === key
}

/** From the first remark on. */
export function Toasts() {
  const some = useSyncExternalStore(watch, () => queue.visibleToasts.length > 0)
  return <Once open={some}><Region /></Once>
}

const watch = (changed: () => void): (() => void) => queue.subscribe(changed)
