import { describe, expect, it } from 'vitest'

import { facing, inSight } from '../../src/journeys/canvas/sight'

const BOX = { x: 400, y: 100, width: 240, height: 120 }
const HERE = { x: 0, y: 0, zoom: 1 }

describe('a node on a canvas', () => {
  it.each([
    ['has room', 700, HERE, true],
    ['is behind what stands beside the canvas', 600, HERE, false],
    ['was moved out to the left', 700, { x: -400, y: 0, zoom: 1 }, false],
    ['is small enough', 600, { x: 0, y: 0, zoom: 0.5 }, true],
  ])('%s', (_, width, at, seen) => {
    expect(inSight(BOX, at, { width, height: 500 })).toBe(seen)
  })

  it('is in view, and read, where one turns to it', () => {
    for (const zoom of [0.1, 0.6, 1]) {
      const space = { width: 600, height: 500 }
      const at = facing(BOX, { x: 3_000, y: -3_000, zoom }, space)
      expect([inSight(BOX, at, space), at.zoom]).toEqual([true, Math.max(zoom, 0.6)])
    }
  })
})
