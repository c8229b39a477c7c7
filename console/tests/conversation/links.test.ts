import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { pieces } from '../../src/conversation/links'

const links = (text: string) => pieces(text).flatMap(({ text: shown, href }) => (href === null ? [] : [[shown, href]]))

describe('an address in a text', () => {
  it.each([
    ['see https://example.com/a?b=c#d.', [['https://example.com/a?b=c#d', 'https://example.com/a?b=c#d']]],
    ['(https://example.com/a_(b))', [['https://example.com/a_(b)', 'https://example.com/a_(b)']]],
    ['www.example.com, and HTTP://EXAMPLE.com!', [['www.example.com', 'https://www.example.com/'], ['HTTP://EXAMPLE.com', 'http://example.com/']]],
    ['“https://example.com/é”', [['https://example.com/é', 'https://example.com/%C3%A9']]],
    ['javascript:alert(1) data:text/html,x ftp://example.com mailto:a@example.com', []],
    ['https:// http://x https://', []],
    ['xhttps://example.com', []],
  ])('%s', (text, expected) => { expect(links(text)).toEqual(expected) })

  it('leaves the text as it is, and leads to http and https alone', () => {
    const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('https://', 'http://a.b', 'www.', 'javascript:', '(', ')', '.', ' ', '\n', '"', '<'))
    fc.assert(fc.property(fc.array(part).map((parts) => parts.join('')), (text) => {
      const found = pieces(text)
      expect(found.map((piece) => piece.text).join('')).toBe(text)
      for (const { href } of found) if (href !== null) expect(href).toMatch(/^https?:\/\//u)
    }))
  })
})
