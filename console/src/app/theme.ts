/** Light, dark, or as the device has it; kept in this browser, in the words of the administration pages, which look alike then. */
import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
const KEPT = 'theme'
const watchers = new Set<() => void>()

export function theme(): Theme {
  return THEMES.find((name) => name === localStorage.getItem(KEPT)) ?? 'system'
}

export function useTheme(): Theme {
  return useSyncExternalStore(watch, theme)
}

export function wear(chosen: Theme): void {
  localStorage.setItem(KEPT, chosen === 'system' ? 'auto' : chosen)
  put()
}

/** What was chosen before, and from now on also what another tab chooses. */
export function wearChosen(): void {
  addEventListener('storage', ({ key }) => { if (key === KEPT) put() })
  put()
}

function put(): void {
  const chosen = theme()
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
  for (const changed of watchers) changed()
}

function watch(changed: () => void): () => void {
  watchers.add(changed)
  return () => watchers.delete(changed)
}
