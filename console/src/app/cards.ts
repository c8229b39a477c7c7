/** Gift cards as people read and type them. What goes to the server is a decimal with a point, and comes from it so. */
import { countryName, currencyOf } from './countries'
import { number, regional } from './time'

export interface Card {
  readonly brand: string
  readonly country: string
  readonly amount: string
}

const DECIMAL = /^\d+(?:\.\d+)?$/u

/** "Amazon · United States · USD 50.50": in the money of the card's country, which customers are told when they give the amount. */
export function cardText({ brand, country, amount }: Card, language: string): string {
  return [brand, countryName(country, language), amountText(amount, country, language)].filter((part) => part !== '').join(' · ')
}

export function amountText(amount: string, country: string, language: string): string {
  const currency = currencyOf(country)
  if (!DECIMAL.test(amount)) return amount
  const digits = amount.split('.')[1]?.length ?? 0 // as many as were given, whatever is usual
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return new Intl.NumberFormat(regional(language), currency === null ? shown : { ...shown, style: 'currency', currency, currencyDisplay: 'code' }).format(Number(amount))
}

/** "US dollars (USD)"; nothing where the country has no currency. */
export function currencyName(country: string, language: string): string {
  const currency = currencyOf(country)
  if (currency === null) return ''
  const parts = new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'name' }).formatToParts(2) // of many
  return `${parts.find(({ type }) => type === 'currency')?.value ?? currency} (${currency})`
}

/** A decimal as one types it in this language. */
export function typed(amount: string, language: string): string {
  return amount.replace('.', new Intl.NumberFormat(regional(language)).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.')
}

/** What was typed, with a point, which many keyboards have a comma for, and without the spaces between thousands. */
export function decimal(given: string): string {
  return given.trim().replace(/(?<=\d)\s(?=\d{3}(?!\d))/gu, '').replace(',', '.')
}

/** The answer to a journey's question: cards and numbers as the reader writes them, all else as the server does. */
export function answerText({ questionType, value, text }: { questionType: string; value: unknown; text: string }, language: string): string {
  const card = questionType === 'gift_card' ? cardOf(value) : null
  if (card !== null) return cardText(card, language)
  return questionType === 'number' && typeof value === 'number' ? number(String(value), language) : text
}

/** An answer that is a card, as far as it is one. */
export function cardOf(value: unknown): Card | null {
  if (typeof value !== 'object' || value === null || !('brand' in value && 'country' in value && 'amount' in value)) return null
  const { brand, country, amount } = value
  return typeof brand === 'string' && typeof country === 'string' && typeof amount === 'string' ? { brand, country, amount } : null
}
