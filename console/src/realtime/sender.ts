/** Sends what is unsent, one message after the other, until each is acknowledged or refused for good. What waits for its files is passed
 * over with all that follows it in its conversation; others need not wait for that. */
import { FileRefused, type Files, FileWaits } from './files'
import type { Attachment, FrameOf } from './frames'
import { CommandRefused, type Line, LineLost } from './line'
import type { Change } from './shelf'
import type { Messages, Unsent } from './unsent'

export interface Draft {
  readonly ticket: string
  readonly text: string
  readonly internal: boolean
  /** Keys of files that are kept for it. */
  readonly files: readonly string[]
}

/** Tickets whose next message waits for its files, and until when it does (milliseconds of `performance.now()`). */
type Held = Map<string, number>

/** One at a time over all tabs of this browser; the browser's lock manager has it. */
export type Alone = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>

export interface Sending {
  readonly user: string
  readonly line: Line
  readonly store: Messages
  readonly files: Pick<Files, 'uploaded' | 'renew' | 'refresh' | 'again'>
  readonly alone: Alone
  /** Another list of what is unsent: show it, and tell the other tabs. */
  readonly changed: (unsent: readonly Unsent[]) => void
  readonly acknowledged: (message: Unsent, answer: FrameOf<'ok'>, attachments: readonly Attachment[]) => void
}

export class Sender {
  #running = false
  #again = false
  #last = 0
  #poke: () => void = () => undefined
  readonly #with: Sending

  constructor(sending: Sending) {
    this.#with = sending
  }

  /** Kept on disk when this resolves, and sent as soon as there is a line. */
  async post(draft: Draft, ...also: readonly Change[]): Promise<Unsent> {
    this.#last = Math.max(this.#last + 1, Date.now())
    const message: Unsent = { ...draft, clientId: crypto.randomUUID(), user: this.#with.user, at: this.#last, refusal: null }
    await this.#with.store.keep(message, ...also)
    await this.refresh()
    await this.#with.files.refresh()
    this.send()
    return message
  }

  /** Try a refused one once more. */
  async retry(message: Unsent): Promise<void> {
    for (const key of message.files) await this.#with.files.again(key)
    await this.#with.store.keep({ ...message, refusal: null })
    await this.refresh()
    this.send()
  }

  /** Its writer does not want it sent any more. */
  async discard(message: Unsent): Promise<void> {
    await this.#with.store.drop(message)
    await this.refresh()
    await this.#with.files.refresh()
  }

  async refresh(): Promise<void> {
    this.#with.changed(await this.kept())
  }

  /** What is unsent, refused ones too. */
  kept(): Promise<readonly Unsent[]> {
    return this.#with.store.of(this.#with.user)
  }

  /** There is a line, or something to send. */
  send(): void {
    this.#again = true
    this.#poke()
    if (this.#running) return
    this.#running = true
    void this.#with
      .alone(`unsent ${this.#with.user}`, () => this.#sendAll())
      .finally(() => {
        this.#running = false
        if (this.#again && this.#with.line.state.name === 'ready') this.send()
      })
  }

  async #sendAll(): Promise<void> {
    const held: Held = new Map()
    while (this.#again) {
      this.#again = false
      for (let next = await this.#next(held); next !== undefined; next = await this.#next(held)) {
        if (!(await this.#sendOne(next, held))) return
      }
      if (held.size === 0) continue
      await this.#untilFree(held)
      if (this.#with.line.state.name !== 'ready') return
      this.#again = true
    }
  }

  async #next(held: Held): Promise<Unsent | undefined> {
    return (await this.kept()).find((message) => message.refusal === null && !held.has(message.ticket))
  }

  /** Until a file may be tried again, or there is something new to send. */
  async #untilFree(held: Held): Promise<void> {
    const first = Math.min(...held.values())
    if (!this.#again) {
      await Promise.race([pause(first - performance.now()), new Promise<void>((resolve) => { this.#poke = resolve })])
    }
    for (const [ticket, until] of held) if (until <= performance.now()) held.delete(ticket)
  }

  /** Whether there is still a line. */
  async #sendOne(message: Unsent, held: Held): Promise<boolean> {
    try {
      const attachments = await this.#with.files.uploaded(message.files)
      const answer = await this.#command(message, attachments)
      await this.#with.store.drop(message)
      this.#with.acknowledged(message, answer, attachments)
    } catch (error) {
      if (error instanceof LineLost) return false // the next connection sends it again, under the same client_id
      if (error instanceof FileWaits) held.set(message.ticket, performance.now() + error.after)
      else await this.#failed(message, error)
      if (this.#with.line.state.name !== 'ready') return false
    }
    await this.refresh()
    await this.#with.files.refresh()
    return true
  }

  async #command({ clientId, ticket, text, internal, files }: Unsent, attachments: readonly Attachment[]): Promise<FrameOf<'ok'>> {
    const ids = attachments.map(({ id }) => id)
    try {
      return (await this.#with.line.command({ type: 'send-message', ticket, client_id: clientId, text, internal, attachments: ids })) as FrameOf<'ok'>
    } catch (error) {
      // Uploads that waited for more than a day are gone from the server; they are here still, and the message was not stored.
      if (error instanceof CommandRefused && 'attachments' in (error.frame.fields ?? {})) await this.#with.files.renew(files)
      throw error
    }
  }

  async #failed(message: Unsent, error: unknown): Promise<void> {
    if (error instanceof CommandRefused && error.passes) await pause(error.retryAfter)
    else if (error instanceof CommandRefused) await this.#refuse(message, error.frame.code, error.message)
    else if (error instanceof FileRefused) await this.#refuse(message, error.code, error.message)
    else throw error
  }

  #refuse(message: Unsent, code: string, why: string): Promise<void> {
    return this.#with.store.keep({ ...message, refusal: { code, message: why } })
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds) })
}
