/** Which key sends; kept in this browser. */
import { useSyncExternalStore } from 'react'

import { useMe } from '../app/session'

export const SEND_KEYS = ['enter', 'mod+enter'] as const
export type SendKey = (typeof SEND_KEYS)[number]

const KEPT = 'send key'
const watchers = new Set<() => void>()

/** Whoever never chose: customers know Enter from their messengers, agents write letters. */
export function useSendKey(): [SendKey, (key: SendKey) => void] {
  const usual: SendKey = useMe().staff ? 'mod+enter' : 'enter'
  const kept = useSyncExternalStore(watch, () => localStorage.getItem(KEPT))
  return [SEND_KEYS.find((key) => key === kept) ?? usual, choose]
}

/** What sends. With Enter alone Ctrl+Enter sends too, and Shift+Enter begins a line; on a phone Enter is a line. */
export function sendKeys(chosen: SendKey, byFinger = fingers()): readonly string[] {
  return chosen === 'enter' && !byFinger ? ['Enter', 'Mod+Enter'] : ['Mod+Enter']
}

function fingers(): boolean {
  return matchMedia('(pointer: coarse) and (hover: none)').matches
}

function watch(changed: () => void): () => void {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

function choose(key: SendKey): void {
  localStorage.setItem(KEPT, key)
  for (const changed of watchers) changed()
}
