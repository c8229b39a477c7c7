/** Keys as acts name them (`j`, `?`, `Mod+K`), what a press of one is, and how it is written for the reader. */

const TYPED_INTO = 'textarea, select, [contenteditable]:not([contenteditable="false"]), [role="textbox"], [role="combobox"], [role="spinbutton"]'
const NOT_TYPED_INTO = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit'])
const OVER_THE_PAGE = '[role="dialog"], [role="alertdialog"]:not([data-remark]), [role="menu"], [data-trigger]:not([role="tooltip"])'

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

export type Named = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & { readonly isComposing?: boolean; readonly nativeEvent?: { readonly isComposing: boolean } }

/** Any press by its name, also of a key that writes nothing: `Mod+Enter`, `ArrowUp`, `Shift+R`; empty amid a word that is composed. */
export function named({ key, ctrlKey, metaKey, altKey, shiftKey, isComposing, nativeEvent }: Named): string {
  if ((nativeEvent?.isComposing ?? isComposing) === true || altKey) return ''
  const letter = /^\p{Letter}$/u.test(key)
  if (ctrlKey || metaKey) return `Mod+${letter ? key.toUpperCase() : key}`
  if (shiftKey && (letter || key.length > 1)) return `Shift+${letter ? key.toUpperCase() : key}`
  return letter ? key.toLowerCase() : key
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

const SIGNS: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc' }
const APPLE = typeof navigator !== 'undefined' && /Mac|iP(?:hone|ad|od)/u.test(navigator.userAgent)

/** As it stands on the reader's keyboard. */
export function written(key: string, apple: boolean = APPLE): string {
  const shown = modified(key) ? key.replace('Mod+', apple ? '⌘' : 'Ctrl+') : key
  const last = SIGNS[shown]
  return last ?? (shown.length === 1 ? shown.toUpperCase() : shown)
}
