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

const guarded: Middleware = {
  onRequest({ request }) {
    const token = SAFE.has(request.method) ? undefined : cookie('csrftoken')
    if (token !== undefined) request.headers.set('X-CSRFToken', token)
    return request
  },
  async onResponse({ response }) {
    serverClock.answered(response.headers.get('Date'))
    if (!response.ok) throw await refusal(response)
  },
  onError() {
    return new ApiError(0, {})
  },
}

/** A proxy's own page has no body that is ours. */
async function refusal(response: Response): Promise<ApiError> {
  const ours = response.headers.get('Content-Type')?.startsWith(JSON_TYPE) === true
  const body = ours ? ((await response.json()) as Record<string, unknown>) : {}
  return new ApiError(response.status, body)
}

export function newApi(baseUrl = '/', fetch: typeof globalThis.fetch = globalThis.fetch) {
  const api = createClient<paths>({ baseUrl, fetch, credentials: 'same-origin', headers: { Accept: JSON_TYPE } })
  api.use(guarded)
  return api
}

export type Api = ReturnType<typeof newApi>

/** What a request was answered, out of its envelope; refusals are thrown as ApiError. */
export async function data<Data>(answer: Promise<{ data?: { data: Data } | undefined }>): Promise<Data> {
  const { data: body } = await answer
  if (body === undefined) throw new ApiError(0, {})
  return body.data
}
