/** The API with this browser's session: cookies, the CSRF token, and an error for each refusal. */
import createClient, { type Middleware } from 'openapi-fetch'

import { serverClock } from '../app/clock'
import { ApiError } from './errors'
import type { paths } from './schema'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const JSON_TYPE = 'application/json'

/** The value of a cookie, by its name. */
export function cookie(name: string, all: string = document.cookie): string | undefined {
  const found = all.split('; ').find((pair) => pair.startsWith(`${name}=`))
  return found === undefined ? undefined : decodeURIComponent(found.slice(name.length + 1))
}

/** What stands in the head of whatever may change something: that a page of ours sent it, and for whom. */
export function pledges(user: string | undefined): Record<string, string> {
  const token = cookie('csrftoken')
  return { ...(token === undefined ? {} : { 'X-CSRFToken': token }), ...(user === undefined ? {} : { 'X-Expected-User': user }) }
}

const guarded = (user: string | undefined): Middleware => ({
  onRequest({ request }) {
    if (!SAFE.has(request.method)) for (const [name, value] of Object.entries(pledges(user))) request.headers.set(name, value)
    return request
  },
  async onResponse({ response }) {
    serverClock.answered(response.headers.get('Date'))
    if (!response.ok) throw await refusal(response)
  },
  onError() {
    return new ApiError(0, {})
  },
})

/** A proxy's own page has no body that is ours. */
async function refusal(response: Response): Promise<ApiError> {
  const ours = response.headers.get('Content-Type')?.startsWith(JSON_TYPE) === true
  const body = ours ? ((await response.json()) as Record<string, unknown>) : {}
  return new ApiError(response.status, body)
}

/** `user`: whose page it is. Where the browser has somebody else's cookie by then, the server changes nothing. */
export function newApi({ user, baseUrl = '/', fetch = globalThis.fetch }: { user?: string; baseUrl?: string; fetch?: typeof globalThis.fetch } = {}) {
  const api = createClient<paths>({ baseUrl, fetch, credentials: 'same-origin', headers: { Accept: JSON_TYPE } })
  api.use(guarded(user))
  return api
}

export type Api = ReturnType<typeof newApi>

/** What a request was answered, out of its envelope; refusals are thrown as ApiError. */
export async function data<Data>(answer: Promise<{ data?: { data: Data } | undefined }>): Promise<Data> {
  const { data: body } = await answer
  if (body === undefined) throw new ApiError(0, {})
  return body.data
}
