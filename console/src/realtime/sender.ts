/** Sends what is unsent, one message after the other, until each is acknowledged or refused for good. */
import type { FrameOf } from './frames'
import { CommandRefused, type Line, LineLost } from './line'
import type { Store, Unsent } from './unsent'

export interface Draft {
  readonly ticket: string
  readonly text: string
  readonly internal: boolean
  readonly attachments: readonly string[]
}

/** One at a time over all tabs of this browser; the browser's lock manager has it. */
export type Alone = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>

export interface Sending {
  readonly user: string
  readonly line: Line
  readonly store: Store
  readonly alone: Alone
  /** Another list of what is unsent: show it, and tell the other tabs. */
  readonly changed: (unsent: readonly Unsent[]) => void
  readonly acknowledged: (message: Unsent, answer: FrameOf<'ok'>) => void
}

export class Sender {
  #running = false
  #again = false
  #last = 0
  readonly #with: Sending

  constructor(sending: Sending) {
    this.#with = sending
  }

  /** Kept on disk when this resolves, and sent as soon as there is a line. */
  async post(draft: Draft): Promise<Unsent> {
    this.#last = Math.max(this.#last + 1, Date.now())
    const message: Unsent = { ...draft, clientId: crypto.randomUUID(), user: this.#with.user, at: this.#last, refusal: null }
    await this.#with.store.keep(message)
    await this.refresh()
    this.send()
    return message
  }

  /** Try a refused one once more. */
  async retry(message: Unsent): Promise<void> {
    await this.#with.store.keep({ ...message, refusal: null })
    await this.refresh()
    this.send()
  }

  /** Its writer does not want it sent any more. */
  async discard(message: Unsent): Promise<void> {
    await this.#with.store.drop(message.clientId)
    await this.refresh()
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
    while (this.#again) {
      this.#again = false
      for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
        if (!(await this.#sendOne(next))) return
      }
    }
  }

  async #next(): Promise<Unsent | undefined> {
    return (await this.kept()).find((message) => message.refusal === null)
  }

  /** Whether there is still a line. */
  async #sendOne(message: Unsent): Promise<boolean> {
    const { clientId, ticket, text, internal, attachments } = message
    try {
      const answer = await this.#with.line.command({
        type: 'send-message', ticket, client_id: clientId, text, internal, attachments: [...attachments],
      })
      await this.#with.store.drop(clientId)
      this.#with.acknowledged(message, answer as FrameOf<'ok'>)
    } catch (error) {
      if (error instanceof LineLost) return false // the next connection sends it again, under the same client_id
      if (!(error instanceof CommandRefused)) throw error
      if (error.passes) await new Promise((resolve) => setTimeout(resolve, error.retryAfter))
      else await this.#with.store.keep({ ...message, refusal: { code: error.frame.code, message: error.message } })
    }
    await this.refresh()
    return true
  }
}
