/** How a picture lies in the viewer: scale (1: it fits), its centre's distance from the middle in pixels, and quarter turns. */
export interface Pose {
  readonly scale: number
  readonly x: number
  readonly y: number
  readonly turns: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const FITS: Pose = { scale: 1, x: 0, y: 0, turns: 0 }
export const STEP = 1.25
const LEAST = 1
const MOST = 12

/** Larger or smaller by a factor, so that what lies under a point stays there; the point is measured from the middle. */
export function zoomed(pose: Pose, factor: number, at: { x: number; y: number } = { x: 0, y: 0 }): Pose {
  const scale = Math.min(MOST, Math.max(LEAST, pose.scale * factor))
  const by = scale / pose.scale
  return { ...pose, scale, x: at.x - (at.x - pose.x) * by, y: at.y - (at.y - pose.y) * by }
}

export function moved(pose: Pose, x: number, y: number): Pose {
  return { ...pose, x: pose.x + x, y: pose.y + y }
}

/** By quarter turns to the right, whole again. */
export function turned(pose: Pose, quarters: number): Pose {
  return { ...FITS, turns: pose.turns + quarters }
}

/** Never farther aside than its edge; `picture` as it is shown at scale 1 and unturned. */
export function bounded(pose: Pose, picture: Size, room: Size): Pose {
  const [width, height] = pose.turns % 2 === 0 ? [picture.width, picture.height] : [picture.height, picture.width]
  const within = (value: number, most: number) => Math.min(most, Math.max(-most, value))
  return {
    ...pose, x: within(pose.x, Math.max(0, (width * pose.scale - room.width) / 2)), y: within(pose.y, Math.max(0, (height * pose.scale - room.height) / 2)),
  }
}

/** A picture's size at scale 1: whole, and not larger than it is. */
export function fitted(picture: Size, room: Size, turns: number): Size {
  const [width, height] = turns % 2 === 0 ? [room.width, room.height] : [room.height, room.width]
  const by = Math.min(1, width / picture.width, height / picture.height)
  return { width: picture.width * by, height: picture.height * by }
}
