/** An answer while it is typed: how it begins, what the server is sent, and what can be said of it at once. The server decides. */
import type { components } from '../../api/schema'
import { type Card, decimal, typed as writtenAs } from '../../app/cards'

export type Node = components['schemas']['NodeShown']

export interface Picture {
  readonly id: string
  readonly name: string
}

/** By the question: a text (of a choice its value, of a number and a date as typed), chosen values, pictures, or a card. */
export type Typed = string | readonly string[] | readonly Picture[] | Card

/** A key of the texts below `check`, with what is inserted. */
export interface Problem {
  readonly key: 'required' | 'choose' | 'least' | 'most' | 'short' | 'long' | 'number' | 'min' | 'max' | 'date' | 'early' | 'late' | 'brand' | 'country' | 'amount'
  readonly count?: number
  readonly limit?: string
  /** It can only become worse by going on, and is said before one has finished. */
  readonly now?: boolean
}

const LONGEST = 10_000
const MOST_PICTURES = 10
const DAY = /^\d{4}-\d{2}-\d{2}$/u
const AMOUNT = /^(?:0|[1-9]\d{0,8})(?:\.\d{1,2})?$/u
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/u
const NO_CARD: Card = { brand: '', country: '', amount: '' }

export function pictures(typed: Typed): readonly Picture[] {
  return Array.isArray(typed) ? typed.filter((item): item is Picture => typeof item === 'object') : []
}

export function chosen(typed: Typed): readonly string[] {
  return Array.isArray(typed) ? typed.filter((item): item is string => typeof item === 'string') : []
}

export function text(typed: Typed): string {
  return typeof typed === 'string' ? typed : ''
}

export function card(typed: Typed): Card {
  return typeof typed === 'object' && 'brand' in typed ? typed : NO_CARD
}

/** As one begins with it: with what was answered before, where one came back. */
export function begun(node: Node, language: string): Typed {
  const { questionType: type, answer } = node
  switch (type) {
    case 'multiple_choice':
      return Array.isArray(answer) ? answer.filter((item): item is string => typeof item === 'string') : []
    case 'image_upload':
      return Array.isArray(answer) ? answer.map((id) => ({ id: String(id), name: '' })) : []
    case 'gift_card':
      return typeof answer === 'object' && answer !== null && !Array.isArray(answer) ? localized({ ...NO_CARD, ...(answer as Partial<Card>) }, language) : NO_CARD
    case 'number':
      return typeof answer === 'number' ? writtenAs(String(answer), language) : ''
    default:
      return typeof answer === 'string' ? answer : ''
  }
}

function localized(card: Card, language: string): Card {
  return { ...card, amount: writtenAs(card.amount, language) }
}

/** Whether what was kept on this device is of this kind of question still. */
export function fits(node: Node, typed: Typed): boolean {
  switch (node.questionType) {
    case 'multiple_choice':
      return Array.isArray(typed) && typed.every((item) => node.options.some(({ value }) => value === item))
    case 'image_upload':
      return Array.isArray(typed) && typed.every((item) => typeof item === 'object')
    case 'gift_card':
      return typeof typed === 'object' && 'brand' in typed
    case 'single_choice':
      return typed === '' || node.options.some(({ value }) => value === typed)
    default:
      return typeof typed === 'string'
  }
}

/** What the server is sent; null where nothing is given. */
export function valueOf(node: Node, typed: Typed): string | number | string[] | Record<string, string> | null {
  if (isBlank(node, typed)) return null
  switch (node.questionType) {
    case 'multiple_choice':
      return [...chosen(typed)]
    case 'image_upload':
      return pictures(typed).map(({ id }) => id)
    case 'gift_card': {
      const { brand, country, amount } = card(typed)
      return { brand: brand.trim(), country, amount: decimal(amount) }
    }
    case 'number':
      return Number(decimal(text(typed)))
    default:
      return text(typed)
  }
}

export function isBlank(node: Node, typed: Typed): boolean {
  switch (node.questionType) {
    case 'multiple_choice':
      return chosen(typed).length === 0
    case 'image_upload':
      return pictures(typed).length === 0
    case 'gift_card': {
      const { brand, country, amount } = card(typed)
      return `${brand}${country}${amount}`.trim() === ''
    }
    default:
      return text(typed).trim() === ''
  }
}

/** What is wrong with it, as far as the question's own rules tell; a pattern is the server's to judge. */
export function problemOf(node: Node, typed: Typed): Problem | null {
  if (isBlank(node, typed)) return node.required ? { key: node.questionType === 'single_choice' ? 'choose' : 'required' } : null
  switch (node.questionType) {
    case 'multiple_choice':
      return manyProblem(node, chosen(typed).length)
    case 'text':
      return textProblem(node, text(typed).trim())
    case 'number':
      return numberProblem(node, decimal(text(typed)))
    case 'date':
      return dateProblem(node, text(typed))
    case 'image_upload':
      return pictures(typed).length > mostPictures(node) ? { key: 'most', count: mostPictures(node) } : null
    case 'gift_card':
      return Object.values(cardProblems(card(typed)))[0] ?? null
    default:
      return null
  }
}

export function mostPictures(node: Node): number {
  return Math.min(rule(node, 'maxFiles') ?? MOST_PICTURES, MOST_PICTURES)
}

export function longest(node: Node): number {
  return Math.min(rule(node, 'maxLength') ?? LONGEST, LONGEST)
}

/** A number of the question's rules. */
function rule(node: Node, name: string): number | undefined {
  const value = node.validation[name]
  return typeof value === 'number' ? value : undefined
}

function manyProblem(node: Node, many: number): Problem | null {
  const [least, most] = [rule(node, 'min'), rule(node, 'max')]
  if (most !== undefined && many > most) return { key: 'most', count: most, now: true }
  return least !== undefined && many < least ? { key: 'least', count: least } : null
}

function textProblem(node: Node, given: string): Problem | null {
  const letters = Array.from(given).length // as Python counts them
  const least = rule(node, 'minLength') ?? 0
  if (letters > longest(node)) return { key: 'long', count: letters - longest(node), now: true }
  return letters < least ? { key: 'short', count: least } : null
}

function numberProblem(node: Node, given: string): Problem | null {
  if (!NUMBER.test(given)) return { key: 'number', now: !/^[+-]$/u.test(given) }
  const [least, most] = [rule(node, 'min'), rule(node, 'max')]
  if (least !== undefined && Number(given) < least) return { key: 'min', limit: String(least) }
  return most !== undefined && Number(given) > most ? { key: 'max', limit: String(most), now: true } : null
}

function dateProblem(node: Node, given: string): Problem | null {
  const { min, max } = node.validation
  if (!DAY.test(given)) return { key: 'date' }
  if (typeof min === 'string' && given < min) return { key: 'early', limit: min, now: true }
  return typeof max === 'string' && given > max ? { key: 'late', limit: max, now: true } : null
}

/** What is wrong with each field of a card. */
export function cardProblems({ brand, country, amount }: Card): Partial<Record<keyof Card, Problem>> {
  return {
    ...(brand.trim() === '' || (brand.match(/\d/gu)?.length ?? 0) > 4 ? { brand: { key: 'brand', now: brand.trim() !== '' } } : {}),
    ...(country === '' ? { country: { key: 'country' } } : {}),
    ...(AMOUNT.test(decimal(amount)) && Number(decimal(amount)) > 0 ? {} : { amount: { key: 'amount' } }),
  }
}
