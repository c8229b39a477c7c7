/** Files on their way to the server, kept on this device with the text they belong to until both are stored. */
import { ApiError } from '../api/errors'
import type { Attachment } from './frames'
import type { Alone } from './sender'
import type { Shelf } from './shelf'

export interface KeptFile {
  readonly key: string
  readonly user: string
  readonly ticket: string
  readonly internal: boolean
  readonly at: number
  readonly name: string
  readonly type: string
  readonly content: Blob
  /** The unsent message that it belongs to; null while it is being written. */
  readonly message: string | null
  /** What the server made of it. */
  readonly upload: Attachment | null
  /** Why the server will not have it. */
  readonly refusal: { readonly code: string; readonly message: string } | null
}

/** The server refused a file; what it belongs to cannot be sent with it. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** It cannot go on now: no network, or the server is busy. */
export class FileWaits extends Error {
  override readonly name = 'FileWaits'
  readonly after: number

  constructor(after: number) {
    super('')
    this.after = after
  }
}

/** Rejects with ApiError (status 0 where nothing was heard), or AbortError. `progress` is called with 0 to 1. */
export type Upload = (content: Blob, name: string, progress: (part: number) => void, signal: AbortSignal) => Promise<Attachment>

interface Filing {
  readonly user: string
  readonly shelf: Shelf
  readonly upload: Upload
  readonly discard: (upload: string) => Promise<unknown>
  readonly alone: Alone
  readonly changed: () => void
}

const RETRY_AFTER = 3_000 // milliseconds
const SIGNED_OUT = 60_000 // the next connection tries at once

export class Files {
  /** All of this user's, oldest first; another array whenever one changed. */
  list: readonly KeptFile[] = []
  /** How much of a file is on the server, 0 to 1, while it is on its way. */
  progress: ReadonlyMap<string, number> = new Map()
  #queue: Promise<unknown> = Promise.resolve()
  #last = 0
  readonly #running = new Map<string, AbortController>()
  readonly #with: Filing

  constructor(filing: Filing) {
    this.#with = filing
  }

  /** On disk when this resolves; then it is uploaded, one after the other. */
  async add(ticket: string, internal: boolean, given: readonly File[]): Promise<void> {
    for (const file of given) {
      this.#last = Math.max(this.#last + 1, Date.now())
      const kept: KeptFile = {
        key: crypto.randomUUID(), user: this.#with.user, ticket, internal, at: this.#last, name: file.name, type: file.type, content: file,
        message: null, upload: null, refusal: null,
      }
      await this.#write(kept.key, () => kept)
      this.#begin(kept.key)
    }
    await this.refresh()
  }

  /** Its writer does not want it any more. */
  async remove(key: string): Promise<void> {
    this.#running.get(key)?.abort()
    const file = await this.#with.shelf.get('files', key)
    await this.#write(key, () => undefined)
    await this.refresh()
    if (file?.upload) await this.#with.discard(file.upload.id).catch(() => undefined) // the server removes it by itself in a day
  }

  async again(key: string): Promise<void> {
    await this.#write(key, (file) => file && { ...file, refusal: null })
    await this.refresh()
    this.#begin(key)
  }

  /** There is a line: what waited goes on. */
  begun(): void {
    for (const file of this.list) if (file.message === null && file.upload === null && file.refusal === null) this.#begin(file.key)
  }

  async refresh(): Promise<void> {
    this.list = (await this.#with.shelf.all('files', this.#with.user)).sort((one, other) => one.at - other.at)
    this.#with.changed()
  }

  /** What the server has of these, all uploaded by then. Raises FileRefused or FileWaits. */
  async uploaded(keys: readonly string[]): Promise<readonly Attachment[]> {
    const done: Attachment[] = []
    for (const key of keys) done.push(await this.#ensure(key))
    return done
  }

  /** The server does not know these uploads any more, as they waited too long: they are uploaded once more. */
  async renew(keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#write(key, (file) => file && { ...file, upload: null })
    await this.refresh()
  }

  #begin(key: string): void {
    if (this.#running.has(key)) return
    this.#running.set(key, new AbortController())
    this.#queue = this.#queue.then(() => this.#ensure(key)).then(() => undefined, (error: unknown) => {
      if (error instanceof FileWaits) setTimeout(() => { this.#begin(key) }, error.after)
    })
  }

  async #ensure(key: string): Promise<Attachment> {
    const aborting = this.#running.get(key) ?? new AbortController()
    this.#running.set(key, aborting)
    try {
      return await this.#with.alone(`upload ${key}`, () => this.#upload(key, aborting.signal))
    } finally {
      this.#running.delete(key)
      this.#show(key, null)
      await this.refresh()
    }
  }

  async #upload(key: string, signal: AbortSignal): Promise<Attachment> {
    const file = await this.#with.shelf.get('files', key)
    if (file === undefined) throw new FileRefused('gone', '')
    if (file.upload !== null) return file.upload
    if (file.refusal !== null) throw new FileRefused(file.refusal.code, file.refusal.message)
    this.#show(key, 0)
    try {
      const made = await this.#with.upload(file.content, file.name, (part) => { this.#show(key, part) }, signal)
      await this.#write(key, (now) => now && { ...now, upload: made })
      return made
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.signedOut) throw new FileWaits(SIGNED_OUT)
      if (error.passes) throw new FileWaits(error.retryAfter ?? RETRY_AFTER)
      const refusal = { code: error.code, message: error.message }
      await this.#write(key, (now) => now && { ...now, refusal })
      throw new FileRefused(refusal.code, refusal.message)
    }
  }

  #write(key: string, to: (now: KeptFile | undefined) => KeptFile | undefined): Promise<void> {
    return this.#with.shelf.change({ store: 'files', key, to })
  }

  #show(key: string, part: number | null): void {
    const progress = new Map(this.progress)
    if (part === null) progress.delete(key)
    else progress.set(key, part)
    this.progress = progress
    this.#with.changed()
  }
}
