import { describe, expect, it } from 'vitest'

import { amountText, answerText, cardText, currencyName, decimal, typed } from '../src/app/cards'
import { COUNTRIES, currencyOf, namedCountries } from '../src/app/countries'

const plain = (text: string) => text.replace(/[\u00A0\u202F]/gu, ' ')
const card = { brand: 'Steam', country: 'US', amount: '50.50' }

describe('gift cards', () => {
  it('are read in the reader’s language, in the money of their country', () => {
    expect(plain(cardText(card, 'en'))).toBe('Steam · United States · USD 50.50')
    expect(plain(cardText(card, 'fr'))).toBe('Steam · États-Unis · 50,50 USD')
    expect([amountText('100', 'JP', 'fr'), amountText('1.5', 'KW', 'en'), amountText('7', 'AQ', 'en')].map(plain)).toEqual(['100 JPY', 'KWD 1.5', '7'])
  })
  it('whatever an amount is that is none stands as it is', () => { expect([amountText('x', 'US', 'en'), amountText('', 'US', 'en'), amountText('5', '??', 'fr')]).toEqual(['x', '', '5']) })
  it('amounts are typed with the reader’s own mark', () => {
    expect([typed('50.50', 'fr'), typed('50.50', 'en'), decimal(' 50,50 '), decimal('50.5'), decimal('1\u202F000 000,5'), decimal('1 2')]).toEqual(['50,50', '50.50', '50.50', '50.5', '1000000.5', '1 2'])
  })
  it('money has a name, as one speaks of an amount', () => { expect([currencyName('US', 'en'), currencyName('SN', 'fr'), currencyName('', 'en')]).toEqual(['US dollars (USD)', 'francs CFA (BCEAO) (XOF)', '']) })
  it('every country has a name and, but for Antarctica, money that the browser knows', () => {
    expect(COUNTRIES.filter((country) => currencyOf(country) === null)).toEqual(['AQ'])
    const known = new Set(Intl.supportedValuesOf('currency'))
    expect([...new Set(COUNTRIES.map((country) => currencyOf(country)))].filter((code) => code !== null && !known.has(code))).toEqual([])
    expect(namedCountries('fr').find(({ value }) => value === 'DE')?.label).toBe('Allemagne')
  })
})

describe('an answer', () => {
  it.each([
    [{ questionType: 'gift_card', value: card, text: 'Steam US 50.50' }, 'Steam · États-Unis · 50,50 USD'], [{ questionType: 'number', value: 1.5, text: '1.5' }, '1,5'],
    [{ questionType: 'text', value: '1.5', text: '1.5' }, '1.5'], [{ questionType: 'gift_card', value: null, text: '' }, ''], [{ questionType: 'gift_card', value: { brand: 1 }, text: 'odd' }, 'odd'],
  ])('%j: %s', (answer, shown) => { expect(plain(answerText(answer, 'fr'))).toBe(shown) })
})
