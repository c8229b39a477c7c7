/** Messages until they are acknowledged. */
import type { Change, Shelf } from './shelf'

export interface Unsent {
  readonly clientId: string
  readonly user: string
  readonly ticket: string
  readonly text: string
  readonly internal: boolean
  /** Keys of its files, which are kept beside it (`files.ts`). */
  readonly files: readonly string[]
  /** When it was written, milliseconds of this device's clock: their order. */
  readonly at: number
  /** Why the server will not have it; null while it is still to be sent. */
  readonly refusal: { readonly code: string; readonly message: string } | null
}

export class Messages {
  readonly #shelf: Shelf

  constructor(shelf: Shelf) {
    this.#shelf = shelf
  }

  async of(user: string): Promise<readonly Unsent[]> {
    return (await this.#shelf.all('unsent', user)).sort((one, other) => one.at - other.at || (one.clientId < other.clientId ? -1 : 1))
  }

  /** With its files, which are this message's from then on, and with what else changes by it. */
  keep(message: Unsent, ...also: readonly Change[]): Promise<void> {
    const claimed = message.files.map((key): Change => ({ store: 'files', key, to: (file) => file && { ...file, message: message.clientId } }))
    return this.#shelf.change({ store: 'unsent', key: message.clientId, to: () => message }, ...claimed, ...also)
  }

  /** Its files go with it. */
  drop({ clientId, files }: Unsent): Promise<void> {
    const gone = files.map((key): Change => ({ store: 'files', key, to: () => undefined }))
    return this.#shelf.change({ store: 'unsent', key: clientId, to: () => undefined }, ...gone)
  }
}
