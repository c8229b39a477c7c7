/** What of the drawing is seen through a canvas of some size. */
import type { Viewport } from '@xyflow/react'

import type { Box } from '../model/layout'

export interface Space { readonly width: number; readonly height: number }

const EDGE = 8 // pixels
const NEAR = 0.6 // zoom at which a node can be read

/** Whether a node is in view; of one that is taller than half of the canvas its upper part will do. */
export function inSight(box: Box, { x, y, zoom }: Viewport, space: Space): boolean {
  const [left, top] = [box.x * zoom + x, box.y * zoom + y]
  return left >= EDGE && top >= EDGE && left + box.width * zoom <= space.width - EDGE && top + Math.min(box.height * zoom, space.height / 2) <= space.height - EDGE
}

/** Where to look to have a node in the middle, near enough to be read. */
export function facing(box: Box, { zoom }: Viewport, space: Space): Viewport {
  const near = Math.max(zoom, NEAR)
  return { x: space.width / 2 - (box.x + box.width / 2) * near, y: space.height / 2 - (box.y + box.height / 2) * near, zoom: near }
}
