import { describe, expect, it } from 'vitest'

import { found, grouped, stepped } from '../../src/conversation/emoji/find'
import { asked } from '../../src/conversation/emoji/typed'
import { sorted, tooLong } from '../../src/conversation/limits'
import { type SendKey, sendKeys } from '../../src/conversation/sendKey'
import { named, type Named } from '../../src/keyboard/keys'

const enter = (more: object = {}) => ({ key: 'Enter', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, nativeEvent: { isComposing: false }, ...more })
const sends = (event: Named, chosen: SendKey, byFinger: boolean) => sendKeys(chosen, byFinger).includes(named(event))

it('a key sends as it was chosen, and never while a word is being composed', () => {
  expect([sends(enter(), 'enter', false), sends(enter(), 'mod+enter', false)]).toEqual([true, false])
  expect([sends(enter({ ctrlKey: true }), 'enter', false), sends(enter({ metaKey: true }), 'mod+enter', false)]).toEqual([true, true])
  expect(sends(enter({ shiftKey: true }), 'enter', false)).toBe(false)
  expect(sends(enter(), 'enter', true), 'on a phone Enter is a line').toBe(false)
  expect(sends(enter({ ctrlKey: true, nativeEvent: { isComposing: true } }), 'enter', false)).toBe(false)
})

it('characters are counted as the server counts them', () => {
  expect([tooLong('a'.repeat(10), 10), tooLong('😀'.repeat(10), 10), tooLong('😀'.repeat(12), 10)]).toEqual([0, 0, 2])
})

it('files that cannot be taken are told from the others, with the reason; pictures are made smaller on their way', () => {
  const limits = { message_characters: 1, attachments: 3, file_bytes: 5, picture_pixels: 1, file_types: ['image/png', 'application/pdf'] }
  const file = (name: string, text: string, type: string) => Object.assign(new Blob([text], { type }), { name }) as File
  const given = [file('a', 'abcdef', 'image/png'), file('large', 'abcdef', 'application/pdf'), file('page', 'abc', 'text/html'), file('no type', 'abc', ''), file('last', 'a', 'image/png')]
  const { fit, unfit } = sorted(given, 1, limits)
  expect(fit.map(({ name }) => name)).toEqual(['a', 'no type'])
  expect(unfit.map(({ file: { name }, why }) => [name, why])).toEqual([['large', 'large'], ['page', 'type'], ['last', 'many']])
  expect(sorted(given, 0, undefined).fit, 'what is not known is the server’s to say').toHaveLength(5)
})

const groups = grouped(
  [{ label: 'waving hand', unicode: 'W', group: 1, order: 2, tags: ['bye'] }, { label: 'cœur brisé', unicode: 'C', group: 0, order: 1 },
    { label: 'hand', unicode: 'H', group: 1, order: 3 }, { label: 'light skin', unicode: 'S', group: 2, order: 4 }],
  [{ message: 'faces', order: 0 }, { message: 'people', order: 1 }, { message: 'components', order: 2 }],
)

it('emoji are found by words of their names', () => {
  expect(groups.map(({ title, emoji }) => [title, emoji.map(({ unicode }) => unicode)])).toEqual([['faces', ['C']], ['people', ['W', 'H']]])
  const search = (text: string) => found(groups, text).map(({ unicode }) => unicode)
  expect([search('hand'), search('wav ha'), search('BYE'), search('brise'), search('xyz')]).toEqual([['H', 'W'], ['W'], ['W'], ['C'], []])
})

it('arrows lead through a grid, and not out of it', () => {
  expect([stepped(0, 'ArrowRight', 20, 8), stepped(0, 'ArrowDown', 20, 8), stepped(17, 'ArrowDown', 20, 8), stepped(3, 'ArrowUp', 20, 8)]).toEqual([1, 8, 19, 0])
  expect([stepped(0, 'Home', 20, 8), stepped(0, 'ArrowRight', 0, 8)]).toEqual([null, null])
})

describe('a name after a colon', () => {
  it.each([
    [':smi', { from: 0, question: 'smi' }], ['Thanks :waving_ha', { from: 7, question: 'waving_ha' }], ['(:été', { from: 1, question: 'été' }], ['a\n:ok', { from: 2, question: 'ok' }],
    [':s', null], ['10:30', null], ['at :30', null], ['https://example.com', null], ['note: this', null], ['Frist:bis', null], [':smile ', null], ['::smile', null], ['', null],
  ])('%s', (text, wanted) => {
    expect(asked(text, text.length)).toEqual(wanted)
  })

  it('is the word before the cursor, whatever follows and however long the text is', () => {
    const text = `${'word '.repeat(2_000)}:smile and more`
    expect(asked(text, 10_004)).toEqual({ from: 10_000, question: 'smi' })
    expect(asked(text, text.length)).toBeNull()
  })
})
