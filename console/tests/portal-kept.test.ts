import { beforeEach, describe, expect, it } from 'vitest'

import { keepOnly, kept } from '../src/portal/kept'

class Shelf implements Storage {
  readonly #held = new Map<string, string>()
  full = false
  get length() { return this.#held.size }
  key(index: number) { return [...this.#held.keys()][index] ?? null }
  getItem(key: string) { return this.#held.get(key) ?? null }
  setItem(key: string, value: string) {
    if (this.full) throw new DOMException('', 'QuotaExceededError')
    this.#held.set(key, value)
  }
  removeItem(key: string) { this.#held.delete(key) }
  clear() { this.#held.clear() }
}

let shelf: Shelf
beforeEach(() => { shelf = new Shelf() })

describe('what is typed is kept on this device', () => {
  it('until it is dropped, for whoever typed it', () => {
    const mine = kept<string[]>('me', 'answer run node', shelf)
    mine.set(['a'])
    expect(kept<string[]>('me', 'answer run node', shelf).get()).toEqual(['a'])
    expect(kept<string[]>('other', 'answer run node', shelf).get()).toBeUndefined()
    mine.drop()
    expect(mine.get()).toBeUndefined()
  })

  it('and nothing breaks where there is no room, or something else stands there', () => {
    const mine = kept<string>('me', 'letter', shelf)
    shelf.full = true
    expect(() => { mine.set('a') }).not.toThrow()
    shelf.full = false
    shelf.setItem('pandar portal me letter', '{')
    expect(mine.get()).toBeUndefined()
  })

  it('and the answers of a run are forgotten together', () => {
    for (const name of ['answer one a', 'answer one b', 'answer two a', 'letter']) kept('me', name, shelf).set('x')
    kept('other', 'answer one a', shelf).set('x')
    keepOnly('me', 'answer one ', new Set(['b']), shelf)
    const left = Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).sort()
    expect(left).toEqual(['answer one b', 'answer two a', 'letter'].map((name) => `pandar portal me ${name}`).concat('pandar portal other answer one a').sort())
  })
})
