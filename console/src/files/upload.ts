/** Sending a file, with how far it is; a picture that is too large for the server is made smaller first. */
import { pledges } from '../api/client'
import { ApiError } from '../api/errors'
import type { components } from '../api/schema'
import type { Given } from './limits'
import { shrunk } from './shrink'

export type Uploaded = components['schemas']['AttachmentStruct']
const ADDRESS = '/api/v1/upload/'
const STALLED = 60_000 // milliseconds without a byte or an answer: the network is gone, whatever the device says

interface Sending {
  /** Whose page it is. */
  readonly user?: string
  /** 0 to 1. */
  readonly progress?: (sent: number) => void
  readonly signal?: AbortSignal
}

/** The stored file. Rejects with ApiError, by the server's code or `too_large` of a file that cannot be made small enough. */
export async function upload(file: File, most: Given, { user, progress, signal }: Sending = {}): Promise<Uploaded> {
  const fitting = await shrunk(file, most)
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', ADDRESS)
    request.setRequestHeader('Accept', 'application/json')
    for (const [name, value] of Object.entries(pledges(user))) request.setRequestHeader(name, value)
    let stalled = false
    let silence: ReturnType<typeof setTimeout>
    const moved = () => {
      clearTimeout(silence)
      silence = setTimeout(() => { stalled = true; request.abort() }, STALLED)
    }
    request.onloadend = () => { clearTimeout(silence) }
    request.upload.onprogress = ({ loaded, total }) => { moved(); progress?.(loaded / total) }
    request.onload = () => {
      const body = parsed(request.responseText)
      if (request.status === 201) resolve(body.data as Uploaded)
      else reject(new ApiError(request.status, body))
    }
    request.onerror = () => { reject(new ApiError(0, {})) }
    request.onabort = () => { reject(stalled ? new ApiError(0, {}) : new DOMException('', 'AbortError')) }
    signal?.addEventListener('abort', () => { request.abort() })
    const form = new FormData()
    form.append('file', fitting)
    moved()
    request.send(form)
  })
}

/** A proxy's own page has no body that is ours. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
