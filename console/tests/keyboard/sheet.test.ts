/** The sheet of keys has every key of the agents' pages, as keys are heard only by what is offered. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { describe, expect, it } from 'vitest'

import { viewerAct, VIEWER_KEYS } from '../../src/conversation/viewer/keys'
import { named, type Named, written } from '../../src/keyboard/keys'
import type { Act } from '../../src/keyboard/registry'
import { heard } from '../../src/keyboard/useAct'

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url))
const PAGES = ['inbox', 'conversation', 'queue']
/** What moves within one control, as everybody knows it of such a control. */
const CONTROLS = ['conversation/emoji/Picker.tsx', 'inbox/Divider.tsx']

/** Whether a source hears keys, and does not do it by what it offers. */
function hearsInSecret(source: string): boolean {
  return /onKeyDown=|'keydown'/u.test(source) && !/\b(?:heard|viewerAct)\(/u.test(source)
}

const press = (key: string, more: object = {}): Named & { preventDefault: () => void; stopped: boolean } => {
  const event = { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, stopped: false, preventDefault: () => { event.stopped = true }, ...more }
  return event
}

describe('keys', () => {
  it('are heard by what is on the sheet, and by nothing else', () => {
    const files = PAGES.flatMap((page) => readdirSync(SOURCES + page, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tsx')).map((file) => `${page}/${file}`)).sort()
    expect(files.length).toBeGreaterThan(30)
    expect(files.filter((file) => hearsInSecret(readFileSync(SOURCES + file, 'utf8')))).toEqual(CONTROLS)
    expect(hearsInSecret('<input onKeyDown={(event) => { if (event.key === "Enter") send() }} />'), 'this would be seen').toBe(true)
  })

  it('of a field do what they mean there, unless it cannot be done', () => {
    const done: string[] = []
    const act = (id: string, own: readonly string[], more: Partial<Act> = {}): Act => ({ id, text: id, group: 'conversation', own, run: () => done.push(id), ...more })
    const acts = [act('send', ['Mod+Enter']), act('edit', ['ArrowUp'], { possible: false }), act('leave', ['Escape'])]
    const presses = [press('Enter'), press('Enter', { ctrlKey: true }), press('Enter', { metaKey: true, shiftKey: true }), press('ArrowUp'), press('Escape'), press('Enter', { ctrlKey: true, isComposing: true })]
    expect(presses.map((event) => heard(acts, event))).toEqual([false, true, true, false, true, false])
    expect(presses.map(({ stopped }) => stopped)).toEqual([false, true, true, false, true, false])
    expect(done).toEqual(['send', 'send', 'leave'])
  })

  it('have names, and are written as people know them', () => {
    expect([named(press('R', { shiftKey: true })), named(press('R')), named(press('+', { shiftKey: true })), named(press('x', { altKey: true }))]).toEqual(['Shift+R', 'r', '+', ''])
    expect(['ArrowUp', 'Escape', 'Mod+Enter', 'Shift+R'].map((key) => written(key, false))).toEqual(['↑', 'Esc', 'Ctrl+Enter', 'Shift+R'])
    expect([viewerAct('Shift+R'), viewerAct('PageDown'), viewerAct('q')]).toEqual(['turnLeft', 'after', undefined])
    const all = VIEWER_KEYS.flatMap(({ own }): readonly string[] => own)
    expect(new Set(all).size).toBe(all.length)
  })
})
