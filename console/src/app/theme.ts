/** Light, dark, or as the device has it; kept in this browser, in the words of the administration pages, which look alike then. */
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
const KEPT = 'theme'

export function theme(): Theme {
  return THEMES.find((name) => name === localStorage.getItem(KEPT)) ?? 'system'
}

export function wear(chosen: Theme): void {
  localStorage.setItem(KEPT, chosen === 'system' ? 'auto' : chosen)
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}
