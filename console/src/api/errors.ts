/** What the API says when it refuses, and what is said where it could not be reached. */
import { worded } from '../i18n/refusals'
import type { components } from './schema'

type Body = components['schemas']['Error']

const OVER = new Set(['unauthenticated', 'invalid_token', 'session_ended'])

/** `status` 0: nothing was heard of the server, and whether it did anything is not known. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly fields: Readonly<Record<string, readonly string[]>>
  /** All that was answered: `current` of a version that is old, `allowed` moves, `problems` of a journey. */
  readonly body: Readonly<Record<string, unknown>>
  /** Milliseconds, where another try makes sense. */
  readonly retryAfter: number | null

  constructor(status: number, body: Partial<Body> & Record<string, unknown>) {
    super(worded(body.error ?? '', body.code))
    this.status = status
    this.code = body.code ?? 'unreachable'
    this.fields = Object.fromEntries(Object.entries(body.fields ?? {}).map(([name, texts]) => [name, texts.map((text) => worded(text))]))
    this.body = body
    this.retryAfter = typeof body.retry_after_ms === 'number' ? body.retry_after_ms : null
  }

  /** Whether the session is over, so that one has to sign in. */
  get signedOut(): boolean {
    return this.status === 401
  }

  /** The same, of somebody who was signed in: not of a wrong password. */
  get sessionOver(): boolean {
    return this.signedOut && OVER.has(this.code)
  }

  /** Whether the same request may well be answered a little later. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}
