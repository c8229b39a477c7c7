/** Photos of a phone are often larger than the server takes: such a picture is drawn anew, a little smaller. */
import { ApiError } from '../api/errors'
import type { Given } from './limits'

const DRAWN = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/heic', 'image/heif', 'image/avif', 'image/bmp'])
const STEPS = [{ side: 4096, quality: 0.9 }, { side: 3072, quality: 0.85 }, { side: 2048, quality: 0.8 }] as const

interface Size {
  readonly width: number
  readonly height: number
}

/** Whether a picture of this type can be drawn anew, and so made to fit. */
export function isDrawn(type: string): boolean {
  return DRAWN.has(type)
}

/** The file, or a smaller JPEG of the same picture. Rejects with ApiError: `unsupported_file`, `unreadable`, `too_large`. */
export async function shrunk(file: File, most: Given): Promise<File> {
  const taken = most.file_types.includes(file.type)
  if (taken && file.size <= most.file_bytes) return file
  if (!DRAWN.has(file.type)) throw taken ? new ApiError(413, { code: 'too_large' }) : new ApiError(400, { code: 'unsupported_file' })
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => {
    throw new ApiError(400, { code: 'unreadable' })
  })
  try {
    for (const { side, quality } of STEPS) {
      const smaller = await drawn(picture, fitted(picture.width, picture.height, side, most.picture_pixels), quality)
      if (smaller.size <= most.file_bytes) return new File([smaller], renamed(file.name), { type: 'image/jpeg' })
    }
  } finally {
    picture.close()
  }
  throw new ApiError(413, { code: 'too_large' })
}

/** Width and height within a longest side and what the server decodes; never larger than they were. */
export function fitted(width: number, height: number, side: number, pixels: number): Size {
  const scale = Math.min(1, side / Math.max(width, height), Math.sqrt(pixels / (width * height)))
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) }
}

async function drawn(picture: ImageBitmap, size: Size, quality: number): Promise<Blob> {
  const canvas = document.createElement('canvas')
  Object.assign(canvas, size)
  canvas.getContext('2d')?.drawImage(picture, 0, 0, size.width, size.height)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new ApiError(400, { code: 'unreadable' }))
      else resolve(blob)
    }, 'image/jpeg', quality)
  })
}

function renamed(name: string): string {
  return `${name.replace(/\.[^.]*$/u, '')}.jpg`
}
