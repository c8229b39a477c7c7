/** Short remarks at the edge of the page: what was done, or what was refused and why. They are read aloud; refusals stay until closed. */
import { lazy, useSyncExternalStore } from 'react'
import { UNSTABLE_ToastQueue as Queue } from 'react-aria-components'

import { later } from '../app/later'
import { Once } from './Once'

export interface Remark {
  text: string
  kind: 'done' | 'wrong'
  /** Takes it back, or tries again. */
  act?: { label: string; run: () => void }
}
const SHOWN = 6_000 // milliseconds
export const queue = new Queue<Remark>({ maxVisibleToasts: 3 })
const Region = lazy(later(() => import('./ToastRegion')))

export function say(text: string, act?: Remark['act']): void {
  queue.add({ text, kind: 'done', ...(act === undefined ? {} : { act }) }, { timeout: SHOWN })
}

export function complain(text: string, act?: Remark['act']): void {
  queue.add({ text, kind: 'wrong', ...(act === undefined ? {} : { act }) })
}

/** From the first remark on. */
export function Toasts() {
  const some = useSyncExternalStore(watch, () => queue.visibleToasts.length > 0)
  return <Once open={some}><Region /></Once>
}

const watch = (changed: () => void): (() => void) => queue.subscribe(changed)
