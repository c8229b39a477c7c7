import { describe, expect, it } from 'vitest'

import { begun, cardProblems, fits, type Node, problemOf, type Typed, valueOf } from '../src/portal/journey/answers'

function ask(questionType: Node['questionType'], more: Partial<Node> = {}): Node {
  const options = ['a', 'b', 'c'].map((value) => ({ label: value, value }))
  return { id: 'q', type: 'question', questionType, question: '?', help: '', required: true, options, validation: {}, answer: null, ...more }
}
const card = (brand: string, country: string, amount: string) => ({ brand, country, amount })
const pictures = (many: number) => Array.from({ length: many }, (_, index) => ({ id: String(index), name: '' }))

describe('what is wrong with an answer', () => {
  it.each<[string, Node, Typed, string | null]>([
    ['nothing chosen', ask('single_choice'), '', 'choose'],
    ['one chosen', ask('single_choice'), 'a', null],
    ['nothing, where it may be left out', ask('text', { required: false }), '  ', null],
    ['blank', ask('text'), ' \n', 'required'],
    ['too few', ask('multiple_choice', { validation: { min: 2 } }), ['a'], 'least'],
    ['too many', ask('multiple_choice', { validation: { max: 1 } }), ['a', 'b'], 'most'],
    ['as many as asked for', ask('multiple_choice', { validation: { min: 1, max: 2 } }), ['a', 'b'], null],
    ['short', ask('text', { validation: { minLength: 3 } }), ' ab ', 'short'],
    ['long', ask('text', { validation: { maxLength: 3 } }), 'abcd', 'long'],
    ['emoji are one letter', ask('text', { validation: { maxLength: 2 } }), '😀😀', null],
    ['no number', ask('number'), 'ten', 'number'],
    ['a number to come', ask('number'), '-', 'number'],
    ['a number with a comma', ask('number'), '1,5', null],
    ['exactly the least', ask('number', { validation: { min: 2 } }), '2', null],
    ['below the least', ask('number', { validation: { min: 2 } }), '1.99', 'min'],
    ['above the most', ask('number', { validation: { max: 2 } }), '2.01', 'max'],
    ['no date', ask('date'), '2026-1-1', 'date'],
    ['the first day', ask('date', { validation: { min: '2026-01-01' } }), '2026-01-01', null],
    ['too early', ask('date', { validation: { min: '2026-01-02' } }), '2026-01-01', 'early'],
    ['too late', ask('date', { validation: { max: '2026-01-02' } }), '2026-01-03', 'late'],
    ['too many pictures', ask('image_upload', { validation: { maxFiles: 1 } }), pictures(2), 'most'],
    ['more pictures than a message takes', ask('image_upload', { validation: { maxFiles: 20 } }), pictures(11), 'most'],
    ['no pictures', ask('image_upload'), [], 'required'],
    ['a card without its country', ask('gift_card'), card('Amazon', '', '25'), 'country'],
    ['a code for a brand', ask('gift_card'), card('1234 5678', 'US', '25'), 'brand'],
    ['nothing on the card', ask('gift_card'), card('Amazon', 'US', '0'), 'amount'],
    ['a third of a cent', ask('gift_card'), card('Amazon', 'US', '1.333'), 'amount'],
    ['a card', ask('gift_card'), card(' Amazon ', 'US', '25,50'), null],
  ])('%s', (_, node, typed, problem) => {
    expect(problemOf(node, typed)?.key ?? null).toBe(problem)
  })

  it('is told for each field of a card', () => {
    expect(Object.entries(cardProblems(card('1234 5678', '', '0'))).map(([field, problem]) => [field, problem.key])).toEqual([['brand', 'brand'], ['country', 'country'], ['amount', 'amount']])
    expect(cardProblems(card('Steam', 'US', '50,5'))).toEqual({})
  })

  it('is said while one types only where going on makes it no better', () => {
    expect(problemOf(ask('text', { validation: { minLength: 3 } }), 'a')?.now).toBeUndefined()
    expect(problemOf(ask('text', { validation: { maxLength: 3 } }), 'abcd')).toMatchObject({ now: true, count: 1 })
    expect(problemOf(ask('number'), '-')?.now).toBe(false)
    expect(problemOf(ask('number'), 'x')?.now).toBe(true)
  })
})

describe('what the server is sent', () => {
  it.each<[Node, Typed, unknown]>([
    [ask('text'), ' as typed ', ' as typed '], [ask('number'), '1,50', 1.5], [ask('date'), '2026-01-01', '2026-01-01'], [ask('single_choice'), 'a', 'a'],
    [ask('multiple_choice'), ['b', 'a'], ['b', 'a']], [ask('image_upload'), pictures(2), ['0', '1']],
    [ask('gift_card'), card(' Amazon ', 'US', ' 25,50 '), { brand: 'Amazon', country: 'US', amount: '25.50' }],
    [ask('text'), '   ', null], [ask('multiple_choice'), [], null], [ask('image_upload'), [], null], [ask('gift_card'), card('', '', ''), null],
  ])('%#', (node, typed, value) => { expect(valueOf(node, typed)).toEqual(value) })
})

describe('one comes back to an answer', () => {
  it.each<[Node, Typed]>([
    [ask('text', { answer: 'before' }), 'before'], [ask('number', { answer: 2.5 }), '2.5'], [ask('multiple_choice', { answer: ['b'] }), ['b']],
    [ask('image_upload', { answer: ['x'] }), [{ id: 'x', name: '' }]], [ask('gift_card', { answer: card('A', 'US', '1') }), card('A', 'US', '1')],
    [ask('text'), ''], [ask('multiple_choice'), []], [ask('gift_card'), card('', '', '')],
  ])('%#', (node, typed) => {
    expect(begun(node, 'en')).toEqual(typed)
    expect(fits(node, begun(node, 'en'))).toBe(true)
  })

  it('with the mark that one’s own language has in numbers', () => {
    const [number, sum] = [ask('number', { answer: 2.5 }), ask('gift_card', { answer: card('A', 'US', '50.50') })]
    expect([begun(number, 'fr'), begun(sum, 'fr')]).toEqual(['2,5', card('A', 'US', '50,50')])
    expect([valueOf(number, begun(number, 'fr')), valueOf(sum, begun(sum, 'fr'))]).toEqual([2.5, card('A', 'US', '50.50')])
  })
})

describe('what was kept is used only where the question takes it still', () => {
  it.each<[Node, Typed, boolean]>([
    [ask('single_choice'), 'gone', false], [ask('single_choice'), 'b', true], [ask('multiple_choice'), ['a', 'gone'], false], [ask('text'), ['a'], false],
    [ask('image_upload'), 'text', false], [ask('gift_card'), 'text', false], [ask('multiple_choice'), 'a', false],
  ])('%#', (node, typed, fitting) => { expect(fits(node, typed)).toBe(fitting) })
})
