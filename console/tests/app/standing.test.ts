import { describe, expect, it } from 'vitest'

import { type Known, standing } from '../../src/app/standing'

const NOW = 1_000_000
const known: Known = { line: { name: 'ready' }, here: true, online: true, lostAt: null, rightsChangedAt: null, now: NOW }

describe('what is said of the connection', () => {
  it.each<[string, Partial<Known>, object]>([
    ['all is well', {}, { tone: 'good', text: 'ready' }],
    ['all is well, whatever a device without a network says of itself', { online: false }, { tone: 'good', text: 'ready' }],
    ['it begins', { line: { name: 'connecting' }, lostAt: NOW - 1_999 }, { tone: 'warn', text: 'connecting' }],
    ['it takes long to begin', { line: { name: 'connecting' }, lostAt: NOW - 2_000 }, { tone: 'warn', text: 'lost', at: NOW - 2_000 }],
    ['a short break', { line: { name: 'waiting', until: NOW + 400 }, lostAt: NOW - 100 }, { tone: 'warn', text: 'connecting' }],
    ['a longer one', { line: { name: 'waiting', until: NOW + 4_001 }, lostAt: NOW - 9_000 }, { tone: 'warn', text: 'lost', at: NOW - 9_000, next: 5, act: 'now' }],
    ['a try that is due', { line: { name: 'waiting', until: NOW - 3 }, lostAt: NOW - 9_000 }, { tone: 'warn', text: 'lost', at: NOW - 9_000, next: 1, act: 'now' }],
    ['no network, at once', { line: { name: 'waiting', until: NOW + 9 }, online: false, lostAt: NOW }, { tone: 'bad', text: 'device', at: NOW }],
    ['refused by the server', { line: { name: 'ended', why: 'refused' }, lostAt: NOW }, { tone: 'bad', text: 'ended', act: 'again' }],
    ['signed out, whatever the line is', { here: false, lostAt: NOW }, { tone: 'bad', text: 'signedOut', act: 'signIn' }],
    ['other rights', { rightsChangedAt: NOW - 59_999 }, { tone: 'good', text: 'rights', at: NOW - 59_999 }],
    ['other rights, a while ago', { rightsChangedAt: NOW - 60_000 }, { tone: 'good', text: 'ready' }],
    ['other rights do not hide that there is no connection', { line: { name: 'ended', why: 'signed out' }, rightsChangedAt: NOW }, { text: 'ended' }],
  ])('%s', (_, given, said) => {
    expect(standing({ ...known, ...given })).toMatchObject(said)
  })
})
