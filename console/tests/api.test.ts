import { describe, expect, it, vi } from 'vitest'

import { cookie, data, newApi } from '../src/api/client'
import { ApiError } from '../src/api/errors'

const TICKET = '11111111-1111-4111-8111-111111111111'
const path = { params: { path: { ticket: TICKET } } } as const

function answering(status: number, body: unknown, type = 'application/json', more: { user?: string } = {}) {
  const asked: Request[] = []
  const fetch = (request: Request) => {
    asked.push(request)
    return Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers: { 'Content-Type': type } }))
  }
  return { asked, api: newApi({ baseUrl: 'http://here/', fetch: fetch as typeof globalThis.fetch, ...more }) }
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
    const api = newApi({ baseUrl: 'http://here/', fetch: () => Promise.reject(new TypeError('network')) })
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

  it('says for whom it changes something, so that nothing is done in the name of who signed in beside it', async () => {
    vi.stubGlobal('document', { cookie: '' })
    const { api, asked } = answering(401, { error: 'Somebody else', code: 'other_user' }, undefined, { user: 'anna' })
    const refused: unknown = await api.PUT('/api/v1/tickets/{ticket}/draft/', { ...path, body: { text: 'x', internal: false, seen: null, tab: '' } }).catch((error: unknown) => error)
    await api.GET('/api/v1/auth/me/').catch(() => undefined) // who is here is asked without knowing it
    expect(asked.map((request) => request.headers.get('X-Expected-User'))).toEqual(['anna', null])
    expect(refused).toMatchObject({ code: 'other_user', sessionOver: true })
    vi.unstubAllGlobals()
  })

  it('reads a cookie by its whole name', () => {
    expect([cookie('a', 'ba=1; a=2'), cookie('a', 'ab=1')]).toEqual(['2', undefined])
  })
})
