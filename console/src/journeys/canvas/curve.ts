import type { Point } from '../model/layout'

const REACH = 60 // pixels that a way runs on before it turns back

/** A curve that leaves to the right, passes these points, and arrives from the left; and the point in the middle of it. */
export function curve(points: readonly Point[]): { path: string; middle: Point } {
  const [first = { x: 0, y: 0 }] = points
  const parts = points.slice(1).map((to, place) => {
    const from = points[place] ?? first
    const reach = to.x > from.x ? (to.x - from.x) / 2 : REACH + Math.min(Math.abs(to.x - from.x), 200) / 2
    return `C${from.x + reach},${from.y} ${to.x - reach},${to.y} ${to.x},${to.y}`
  })
  const half = (points.length - 1) / 2
  const [before, after] = [points[Math.floor(half)] ?? first, points[Math.ceil(half)] ?? first]
  return { path: `M${first.x},${first.y}${parts.join('')}`, middle: { x: (before.x + after.x) / 2, y: (before.y + after.y) / 2 } }
}
