/** Messages until they are acknowledged: on this device's disk, so that neither a reload nor a crash loses one. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

export interface Unsent {
  readonly clientId: string
  readonly user: string
  readonly ticket: string
  readonly text: string
  readonly internal: boolean
  readonly attachments: readonly string[]
  /** When it was written, milliseconds of this device's clock: their order. */
  readonly at: number
  /** Why the server will not have it; null while it is still to be sent. */
  readonly refusal: { readonly code: string; readonly message: string } | null
}

export interface Store {
  of(user: string): Promise<readonly Unsent[]>
  keep(message: Unsent): Promise<void>
  drop(clientId: string): Promise<void>
}

interface Schema extends DBSchema {
  unsent: { key: string; value: Unsent; indexes: { user: string } }
}

const NAME = 'pandar-chat'
const VERSION = 1

/** The browser's database. */
export class DiskStore implements Store {
  readonly #database: Promise<IDBPDatabase<Schema>>

  constructor() {
    this.#database = openDB<Schema>(NAME, VERSION, {
      upgrade(database) {
        database.createObjectStore('unsent', { keyPath: 'clientId' }).createIndex('user', 'user')
      },
    })
  }

  async of(user: string): Promise<readonly Unsent[]> {
    const found = await (await this.#database).getAllFromIndex('unsent', 'user', user)
    return found.sort(inOrder)
  }

  async keep(message: Unsent): Promise<void> {
    const transaction = (await this.#database).transaction('unsent', 'readwrite', { durability: 'strict' })
    await Promise.all([transaction.store.put(message), transaction.done])
  }

  async drop(clientId: string): Promise<void> {
    await (await this.#database).delete('unsent', clientId)
  }
}

/** Where a browser gives no database (some private windows): as long as the page lives. */
export class MemoryStore implements Store {
  readonly #messages = new Map<string, Unsent>()

  of(user: string): Promise<readonly Unsent[]> {
    return Promise.resolve([...this.#messages.values()].filter((message) => message.user === user).sort(inOrder))
  }

  keep(message: Unsent): Promise<void> {
    this.#messages.set(message.clientId, message)
    return Promise.resolve()
  }

  drop(clientId: string): Promise<void> {
    this.#messages.delete(clientId)
    return Promise.resolve()
  }
}

function inOrder(one: Unsent, other: Unsent): number {
  return one.at - other.at || (one.clientId < other.clientId ? -1 : 1)
}
