import { afterEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '../src/api/errors'
import { fitted, MOST_BYTES, shrunk } from '../src/files/shrink'

const file = (type: string, size = 10, name = 'photo.png') => new File([new Uint8Array(size)], name, { type })

afterEach(() => { vi.unstubAllGlobals() })

describe('what fits goes as it is', () => {
  it.each(['image/jpeg', 'image/png', 'image/gif', 'application/pdf'])('%s', async (type) => {
    const given = file(type, MOST_BYTES)
    await expect(shrunk(given)).resolves.toBe(given)
  })
})

describe('what cannot be sent says why', () => {
  it('a program', async () => {
    await expect(shrunk(file('application/x-msdownload'))).rejects.toMatchObject({ code: 'unsupported_file' })
  })

  it('a document that is too large', async () => {
    await expect(shrunk(file('application/pdf', MOST_BYTES + 1))).rejects.toMatchObject({ code: 'too_large' })
  })

  it('a picture that this browser cannot read', async () => {
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('no')))
    await expect(shrunk(file('image/heic'))).rejects.toBeInstanceOf(ApiError)
    await expect(shrunk(file('image/heic'))).rejects.toMatchObject({ code: 'unreadable' })
  })
})

/** A canvas whose pictures have so many bytes for a pixel. */
function canvas(bytesPerPixel: number) {
  const made: { width: number; height: number }[] = []
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({ width: 8000, height: 6000, close: () => undefined }))
  vi.stubGlobal('document', {
    createElement: () => {
      const one = {
        width: 0, height: 0, getContext: () => ({ drawImage: () => undefined }),
        toBlob(done: (blob: Blob) => void) {
          made.push({ width: this.width, height: this.height })
          done(new Blob([new Uint8Array(Math.floor(this.width * this.height * bytesPerPixel))]))
        },
      }
      return one
    },
  })
  return made
}

describe('a picture that is too large is drawn smaller', () => {
  it('by as little as needed', async () => {
    const made = canvas(0.3)
    const smaller = await shrunk(file('image/png', MOST_BYTES + 1, 'My photo.of.me.PNG'))
    expect(smaller.type).toBe('image/jpeg')
    expect(smaller.name).toBe('My photo.of.me.jpg')
    expect(smaller.size).toBeLessThanOrEqual(MOST_BYTES)
    expect(made).toEqual([{ width: 4096, height: 3072 }])
  })

  it('step by step, and given up in the end', async () => {
    const made = canvas(2)
    await expect(shrunk(file('image/png', MOST_BYTES + 1))).rejects.toMatchObject({ code: 'too_large', status: 413 })
    expect(made.map(({ width }) => width)).toEqual([4096, 3072, 2048])
  })
})

describe('fitted', () => {
  it('never makes a picture larger', () => { expect(fitted(100, 50, 4096)).toEqual({ width: 100, height: 50 }) })
  it('keeps both sides within the longest one', () => { expect(fitted(4096 * 3, 3, 4096)).toEqual({ width: 4096, height: 1 }) })
  it('keeps the pixels within what is decoded', () => {
    const { width, height } = fitted(9000, 9000, 9000)
    expect(width * height).toBeLessThanOrEqual(40_000_000)
  })
})
