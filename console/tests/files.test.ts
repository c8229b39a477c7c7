import { afterEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '../src/api/errors'
import type { Given } from '../src/files/limits'
import { fitted, shrunk } from '../src/files/shrink'
import { upload } from '../src/files/upload'

const MOST: Given = {
  message_characters: 10_000, attachments: 10, file_bytes: 3_000_000, picture_pixels: 20_000_000,
  file_types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'application/pdf'],
}
const file = (type: string, size = 10, name = 'photo.png') => new File([new Uint8Array(size)], name, { type })

afterEach(() => { vi.unstubAllGlobals() })

describe('what fits goes as it is', () => {
  it.each(['image/jpeg', 'image/png', 'image/gif', 'application/pdf'])('%s', async (type) => {
    const given = file(type, MOST.file_bytes)
    await expect(shrunk(given, MOST)).resolves.toBe(given)
  })
})

describe('what cannot be sent says why', () => {
  it('a program', async () => {
    await expect(shrunk(file('application/x-msdownload'), MOST)).rejects.toMatchObject({ code: 'unsupported_file' })
  })

  it('a document that is too large', async () => {
    await expect(shrunk(file('application/pdf', MOST.file_bytes + 1), MOST)).rejects.toMatchObject({ code: 'too_large' })
  })

  it('a picture that this browser cannot read', async () => {
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('no')))
    await expect(shrunk(file('image/heic'), MOST)).rejects.toBeInstanceOf(ApiError)
    await expect(shrunk(file('image/heic'), MOST)).rejects.toMatchObject({ code: 'unreadable' })
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
    const made = canvas(0.2)
    const smaller = await shrunk(file('image/png', MOST.file_bytes + 1, 'My photo.of.me.PNG'), MOST)
    expect(smaller.type).toBe('image/jpeg')
    expect(smaller.name).toBe('My photo.of.me.jpg')
    expect(smaller.size).toBeLessThanOrEqual(MOST.file_bytes)
    expect(made).toEqual([{ width: 4096, height: 3072 }])
  })

  it('step by step, and given up in the end', async () => {
    const made = canvas(2)
    await expect(shrunk(file('image/png', MOST.file_bytes + 1), MOST)).rejects.toMatchObject({ code: 'too_large', status: 413 })
    expect(made.map(({ width }) => width)).toEqual([4096, 3072, 2048])
  })
})

describe('fitted', () => {
  it('never makes a picture larger', () => { expect(fitted(100, 50, 4096, 20_000_000)).toEqual({ width: 100, height: 50 }) })
  it('keeps both sides within the longest one', () => { expect(fitted(4096 * 3, 3, 4096, 20_000_000)).toEqual({ width: 4096, height: 1 }) })
  it('keeps the pixels within what is decoded', () => {
    const { width, height } = fitted(9000, 9000, 9000, 20_000_000)
    expect(width * height).toBeLessThanOrEqual(20_000_000)
  })
})

class Request {
  static last: Request
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {}
  onload?: () => void
  onabort?: () => void
  onloadend?: () => void
  status = 0
  responseText = ''

  constructor() { Request.last = this }
  open() { /* nothing is connected */ }
  setRequestHeader() { /* nor sent */ }
  send() { /* nor answered, before the test says so */ }

  abort() {
    this.onabort?.()
    this.onloadend?.()
  }

  answer(status: number, body: object) {
    Object.assign(this, { status, responseText: JSON.stringify(body) })
    this.onload?.()
    this.onloadend?.()
  }
}

describe('an upload', () => {
  const begin = (progress: (part: number) => void = () => undefined) => {
    vi.useFakeTimers()
    vi.stubGlobal('XMLHttpRequest', Request)
    vi.stubGlobal('document', { cookie: '' })
    return upload(file('image/png'), MOST, { progress })
  }
  afterEach(() => { vi.useRealTimers() })

  it('is given up where nothing moves for a minute, to be tried again', async () => {
    const parts: number[] = []
    const going = begin((part) => parts.push(part))
    const given = expect(going).rejects.toMatchObject({ status: 0, passes: true })
    await vi.advanceTimersByTimeAsync(50_000)
    Request.last.upload.onprogress?.({ loaded: 1, total: 2 })
    await vi.advanceTimersByTimeAsync(59_999)
    expect(parts).toEqual([0.5])
    await vi.advanceTimersByTimeAsync(1)
    await given
  })

  it('that was answered is not given up later', async () => {
    const going = begin()
    await vi.advanceTimersByTimeAsync(1)
    const aborted = vi.spyOn(Request.last, 'abort')
    Request.last.answer(201, { data: { id: 'a' } })
    await expect(going).resolves.toEqual({ id: 'a' })
    await vi.advanceTimersByTimeAsync(120_000)
    expect(aborted).not.toHaveBeenCalled()
  })
})
