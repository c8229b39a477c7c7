import { describe, expect, it, vi } from 'vitest'

import { cookie, data, newApi } from '../src/api/client'
import { ApiError } from '../src/api/errors'

const TICKET = '11111111-1111-4111-8111-111111111111'
const path = { params: { path: { ticket: TICKET } } } as const

function answering(status: number, body: unknown, type = 'application/json') {
  const asked: Request[] = []
  const fetch = (request: Request) => {
    asked.push(request)
    return Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'Content-Type': type } }))
  }
  return { asked, api: newApi('http://here/', fetch as typeof globalThis.fetch) }
}

describe('the API', () => {
  it('gives what stands in the envelope', async () => {
    const { api } = answering(200, { success: true, data: { id: TICKET } })
    expect(await data(api.GET('/api/v1/tickets/{ticket}/', path))).toEqual({ id: TICKET })
  })

  it('throws what was refused, whole', async () => {
    const { api } = answering(409, { success: false, error: 'Somebody was faster.', code: 'stale', current: { version: 4 } })
    await expect(data(api.GET('/api/v1/tickets/{ticket}/', path))).rejects.toMatchObject(
      { name: 'ApiError', status: 409, code: 'stale', message: 'Somebody was faster.', body: { current: { version: 4 } }, passes: false })
  })

  it.each([[502, true], [429, true], [403, false]])('says of a page that is not ours (%d) whether it passes', async (status, passes) => {
    const { api } = answering(status, '<html>', 'text/html')
    await expect(data(api.GET('/api/v1/tickets/{ticket}/', path))).rejects.toMatchObject({ status, code: 'unreachable', passes })
  })

  it('says that nothing was heard', async () => {
    const api = newApi('http://here/', () => Promise.reject(new TypeError('network')))
    const error: unknown = await data(api.GET('/api/v1/tickets/{ticket}/', path)).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 0, passes: true, signedOut: false })
  })

  it('carries the CSRF token where something may change, and nowhere else', async () => {
    vi.stubGlobal('document', { cookie: 'other=1; csrftoken=a%3Db' })
    const { api, asked } = answering(200, { success: true, data: {} })
    await api.GET('/api/v1/tickets/{ticket}/', path)
    await api.POST('/api/v1/tickets/{ticket}/read/', { ...path, body: { seq: 1 } })
    expect(asked.map((request) => request.headers.get('X-CSRFToken'))).toEqual([null, 'a=b'])
    vi.unstubAllGlobals()
  })

  it('reads a cookie by its whole name', () => {
    expect([cookie('a', 'ba=1; a=2'), cookie('a', 'ab=1')]).toEqual(['2', undefined])
  })
})
