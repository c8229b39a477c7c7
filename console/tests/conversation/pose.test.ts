import { expect, it } from 'vitest'

import { bounded, FITS, fitted, moved, turned, zoomed } from '../../src/conversation/viewer/pose'

const ROOM = { width: 800, height: 600 }

it('what lies under the pointer stays there', () => {
  const at = { x: 100, y: -50 }
  const pose = zoomed(moved(zoomed(FITS, 2), 30, 10), 1.5, at)
  const before = moved(zoomed(FITS, 2), 30, 10)
  const under = (of: typeof pose) => [(at.x - of.x) / of.scale, (at.y - of.y) / of.scale]
  expect(under(pose)[0]).toBeCloseTo(under(before)[0] ?? NaN)
  expect(under(pose)[1]).toBeCloseTo(under(before)[1] ?? NaN)
})

it('is never smaller than it fits, and whole again when it is turned', () => {
  expect(zoomed(FITS, 0.1).scale).toBe(1)
  expect(zoomed(FITS, 1000).scale).toBe(12)
  expect(turned(zoomed(FITS, 3), 1)).toEqual({ ...FITS, turns: 1 })
})

it('fits, turned too, and is not made larger than it is', () => {
  expect(fitted({ width: 1600, height: 600 }, ROOM, 0)).toEqual({ width: 800, height: 300 })
  expect(fitted({ width: 1600, height: 600 }, ROOM, 1)).toEqual({ width: 600, height: 225 })
  expect(fitted({ width: 10, height: 20 }, ROOM, 0)).toEqual({ width: 10, height: 20 })
})

it('cannot be lost beside the window', () => {
  expect(bounded(moved(FITS, 500, 500), { width: 800, height: 300 }, ROOM)).toEqual(FITS)
  expect(bounded(moved({ ...FITS, scale: 2 }, 5000, -5000), { width: 800, height: 400 }, ROOM)).toMatchObject({ x: 400, y: -100 })
  expect(bounded(moved({ ...FITS, scale: 2, turns: -1 }, 5000, -5000), { width: 800, height: 400 }, ROOM)).toMatchObject({ x: 0, y: -500 })
})
