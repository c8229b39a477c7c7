/** What the API says when it refuses, and what is said where it could not be reached. */
import { worded } from '../i18n/refusals'
import type { components } from './schema'

type Body = components['schemas']['Error']

const OVER = new Set(['unauthenticated', 'invalid_token', 'session_ended', 'other_user'])

/** `status` 0: nothing was heard of the server, and whether it did anything is not known. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** All that was answered: `current` of a version that is old, `allowed` moves, `problems` of a journey. */
  readonly body: Readonly<Record<string, unknown>>
  /** Milliseconds, where another try makes sense. */
  readonly retryAfter: number | null

  constructor(status: number, body: Partial<Body> & Record<string, unknown>) {
    super(body.error)
    this.status = status
    this.code = body.code ?? 'unreachable'
    this.body = body
    // In the language in which it is read, which may have changed since.
    Object.defineProperty(this, 'message', { get: () => worded(body.error ?? '', body.code) })
    this.retryAfter = typeof body.retry_after_ms === 'number' ? body.retry_after_ms : null
  }

  /** What is wrong with each field, by its name. */
  get fields(): Readonly<Record<string, readonly string[]>> {
    return Object.fromEntries(Object.entries((this.body.fields ?? {}) as Record<string, string[]>).map(([name, texts]) => [name, texts.map((text) => worded(text))]))
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
