/** What signing out leaves on this device: nothing. And what would be lost by that, as nobody else has it. */
import { keepOnly, isTyped } from '../portal/kept'
import type { Shelf } from '../realtime/shelf'
import { unsaved } from '../settings/kit/unsaved'

export interface OnlyHere {
  /** How many messages wait to be sent. */
  readonly messages: number
  /** Whether something was typed, or attached, that is neither sent nor saved. */
  readonly typed: boolean
}

/** What of this user's the server does not have. */
export async function onlyHere(user: string, shelf: Shelf): Promise<OnlyHere> {
  const [messages, drafts, files] = await Promise.all([shelf.all('unsent', user), shelf.all('drafts', user), shelf.all('files', user)])
  const typed = drafts.some(({ text, base, theirs }) => theirs !== null || (text !== base.text && text.trim() !== ''))
    || files.some(({ message }) => message === null) || unsaved.any() || isTyped(user)
  return { messages: messages.length, typed }
}

export async function erase(user: string, shelf: Shelf): Promise<void> {
  unsaved.forget()
  keepOnly(user, '', new Set())
  sessionStorage.clear()
  await shelf.erase(user)
}
