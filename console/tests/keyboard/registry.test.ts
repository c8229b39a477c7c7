import { describe, expect, it, vi } from 'vitest'

import { pressed, type Press, written } from '../../src/keyboard/keys'
import { type Act, Registry } from '../../src/keyboard/registry'

const act = (id: string, more: Partial<Act> = {}): Act => ({ id, text: id, group: 'ticket', run: () => undefined, ...more })
const press = (key: string, more: Partial<Press> = {}): Press =>
  ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, ...more })

describe('the registry', () => {
  it('runs the latest of an id, and the one before once that is gone', () => {
    const registry = new Registry()
    const [page, panel] = [{}, {}]
    const ran: string[] = []
    registry.put(page, [act('take', { key: 't', run: () => ran.push('page') })])
    registry.put(panel, [act('take', { key: 't', run: () => ran.push('panel') })])
    registry.meant('t')?.run()
    registry.drop(panel)
    registry.meant('t')?.run()
    expect(ran).toEqual(['panel', 'page'])
  })

  it('does nothing that is not possible, and gives its key to one that is', () => {
    const registry = new Registry()
    registry.put({}, [act('resolve', { key: 'e' }), act('reopen', { key: 'e', possible: false })])
    expect(registry.run('reopen')).toBe(false)
    expect(registry.meant('e')?.id).toBe('resolve')
    expect(registry.run('unknown')).toBe(false)
  })

  it('tells its watchers of what is seen, and not of a newer function', () => {
    const registry = new Registry()
    const owner = {}
    const changed = vi.fn()
    registry.watch(changed)
    registry.put(owner, [act('take')])
    const before = registry.acts()
    let ran = false
    registry.put(owner, [act('take', { run: () => { ran = true } })])
    expect(changed).toHaveBeenCalledTimes(1)
    expect(registry.acts()).toBe(before)
    expect(registry.run('take')).toBe(true)
    expect(ran).toBe(true)
    registry.put(owner, [act('take', { possible: false })])
    expect(changed).toHaveBeenCalledTimes(2)
  })
})

describe('a press', () => {
  it.each<[string, Press, string | null]>([
    ['a letter', press('j'), 'j'],
    ['with caps lock', press('J'), 'j'],
    ['with shift, which means something else', press('J', { shiftKey: true }), null],
    ['a sign that this layout writes with shift', press('?', { shiftKey: true }), '?'],
    ['a French keyboard, whose a stands where another has q', press('a', { code: 'KeyQ' }), 'a'],
    ['a Russian one, which writes no Latin', press('о', { code: 'KeyJ' }), 'j'],
    ['with Ctrl', press('k', { ctrlKey: true }), 'Mod+K'],
    ['with ⌘', press('k', { metaKey: true }), 'Mod+K'],
    ['the browser’s own Ctrl+Shift+K', press('K', { ctrlKey: true, shiftKey: true }), null],
    ['with Alt', press('j', { altKey: true }), null],
    ['a key that writes nothing', press('Enter'), null],
    ['while a word is composed', press('j', { isComposing: true }), null],
  ])('%s', (_, event, key) => {
    expect(pressed(event)).toBe(key)
  })

  it('is written as it stands on the keyboard', () => {
    expect([written('Mod+K', true), written('Mod+K', false), written('j'), written('?')]).toEqual(['⌘K', 'Ctrl+K', 'J', '?'])
  })
})
