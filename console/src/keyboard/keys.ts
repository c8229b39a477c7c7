/** Keys as acts name them (`j`, `?`, `Mod+K`), what a press of one is, and how it is written for the reader. */

const TYPED_INTO = 'textarea, select, [contenteditable]:not([contenteditable="false"]), [role="textbox"], [role="combobox"], [role="spinbutton"]'
const NOT_TYPED_INTO = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'])
const OVER_THE_PAGE = '[role="dialog"], [role="alertdialog"], [role="menu"], [data-trigger]:not([role="tooltip"])'

export type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing'>

/** Whether a key does not write by itself, and so may act while one types. */
export function modified(key: string): boolean {
  return key.includes('+') && key !== '+'
}

/**
 * What was pressed, in the notation of acts, or null where it is none. By what the layout writes; where that is no Latin letter, by the
 * place of the key, so that `j` is found on a Greek or Russian keyboard too.
 */
export function pressed(event: Press): string | null {
  if (event.isComposing) return null
  const letter = latin(event)
  const held = event.ctrlKey || event.metaKey
  if (held) return event.altKey || event.shiftKey || letter === null ? null : `Mod+${letter.toUpperCase()}`
  if (event.altKey) return null
  if (letter !== null) return event.shiftKey ? null : letter
  return /^.$/u.test(event.key) ? event.key : null
}

function latin({ key, code }: Press): string | null {
  if (/^[a-z]$/iu.test(key)) return key.toLowerCase()
  const place = /^Key([A-Z])$/u.exec(code)?.[1]
  return place !== undefined && /^\p{Letter}$/u.test(key) && !/^\p{Script=Latin}$/u.test(key) ? place.toLowerCase() : null
}

/** Whether a key without modifier is a letter here: one types, or something lies over the page that has its own keys. */
export function takesKeys(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return !NOT_TYPED_INTO.has(target.type)
  return target.closest(TYPED_INTO) !== null
}

export function isCovered(page: ParentNode = document): boolean {
  return page.querySelector(OVER_THE_PAGE) !== null
}

const APPLE = typeof navigator !== 'undefined' && /Mac|iP(?:hone|ad|od)/u.test(navigator.userAgent)

/** As it stands on the reader's keyboard. */
export function written(key: string, apple: boolean = APPLE): string {
  const shown = modified(key) ? key.replace('Mod+', apple ? '⌘' : 'Ctrl+') : key
  return shown.length === 1 ? shown.toUpperCase() : shown
}
