/** This device's disk: what one wrote and the server does not have yet, so that neither a reload nor a crash loses it. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

import type { KeptDraft } from './drafts'
import type { KeptFile } from './files'
import type { Unsent } from './unsent'

interface Stores {
  unsent: Unsent
  files: KeptFile
  drafts: KeptDraft
}
type Name = keyof Stores

/** What a row becomes, by what it is now; undefined: it is gone. */
interface ChangeOf<Of extends Name> {
  readonly store: Of
  readonly key: string
  readonly to: (now: Stores[Of] | undefined) => Stores[Of] | undefined
}
export type Change = { [Of in Name]: ChangeOf<Of> }[Name]

export interface Shelf {
  all<Of extends Name>(store: Of, user: string): Promise<Stores[Of][]>
  get<Of extends Name>(store: Of, key: string): Promise<Stores[Of] | undefined>
  /** All of it or nothing, on disk when it resolves. */
  change(...changes: readonly Change[]): Promise<void>
  /** Everything of this user's. */
  erase(user: string): Promise<void>
}

interface Schema extends DBSchema {
  unsent: { key: string; value: Unsent; indexes: { user: string } }
  files: { key: string; value: KeptFile; indexes: { user: string } }
  drafts: { key: string; value: KeptDraft; indexes: { user: string } }
}
type Database = IDBPDatabase<Schema>

const NAME = 'pandar-chat'
const STORES = ['unsent', 'files', 'drafts'] as const
const VERSION = 2

/** The browser's database, or where it gives none (some private windows) the page's memory. */
export function newShelf(): Shelf {
  return new Whichever(openDatabase().then((database) => new DiskShelf(database), () => new MemoryShelf()))
}

export function openDatabase(): Promise<Database> {
  return openDB<Schema>(NAME, VERSION, {
    upgrade(database, before) {
      if (before < 1) database.createObjectStore('unsent', { keyPath: 'clientId' }).createIndex('user', 'user')
      if (before >= 2) return
      database.createObjectStore('files', { keyPath: 'key' }).createIndex('user', 'user')
      database.createObjectStore('drafts', { keyPath: 'key' }).createIndex('user', 'user')
    },
    blocking(_, __, event) {
      (event.target as IDBDatabase).close() // a newer page waits for this one
    },
  })
}

export class DiskShelf implements Shelf {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async all<Of extends Name>(store: Of, user: string): Promise<Stores[Of][]> {
    return (await this.#database.getAllFromIndex<Name, 'user'>(store, 'user', user)) as Stores[Of][]
  }

  async get<Of extends Name>(store: Of, key: string): Promise<Stores[Of] | undefined> {
    return (await this.#database.get(store, key)) as Stores[Of] | undefined
  }

  async change(...changes: readonly Change[]): Promise<void> {
    const transaction = this.#database.transaction([...new Set(changes.map(({ store }) => store))], 'readwrite', { durability: 'strict' })
    const made = changes.map(async ({ store, key, to }) => {
      const rows = transaction.objectStore(store)
      const next = to((await rows.get(key)) as never)
      await (next === undefined ? rows.delete(key) : rows.put(next))
    })
    await Promise.all([...made, transaction.done])
  }

  async erase(user: string): Promise<void> {
    const transaction = this.#database.transaction(STORES, 'readwrite', { durability: 'strict' })
    const gone = STORES.map(async (name) => {
      const rows = transaction.objectStore(name)
      for (const key of await rows.index('user').getAllKeys(user)) await rows.delete(key)
    })
    await Promise.all([...gone, transaction.done])
  }
}

export class MemoryShelf implements Shelf {
  readonly #rows: { [Of in Name]: Map<string, Stores[Of]> } = { unsent: new Map(), files: new Map(), drafts: new Map() }

  all<Of extends Name>(store: Of, user: string): Promise<Stores[Of][]> {
    return Promise.resolve([...this.#rows[store].values()].filter((row) => row.user === user))
  }

  get<Of extends Name>(store: Of, key: string): Promise<Stores[Of] | undefined> {
    return Promise.resolve(this.#rows[store].get(key))
  }

  change(...changes: readonly Change[]): Promise<void> {
    for (const { store, key, to } of changes) {
      const rows = this.#rows[store] as Map<string, Stores[Name]>
      const next = to(rows.get(key) as never)
      if (next === undefined) rows.delete(key)
      else rows.set(key, next)
    }
    return Promise.resolve()
  }

  erase(user: string): Promise<void> {
    for (const name of STORES) {
      for (const [key, row] of this.#rows[name]) if (row.user === user) this.#rows[name].delete(key)
    }
    return Promise.resolve()
  }
}

class Whichever implements Shelf {
  readonly #chosen: Promise<Shelf>

  constructor(chosen: Promise<Shelf>) {
    this.#chosen = chosen
  }

  async all<Of extends Name>(store: Of, user: string): Promise<Stores[Of][]> {
    return (await this.#chosen).all(store, user)
  }

  async get<Of extends Name>(store: Of, key: string): Promise<Stores[Of] | undefined> {
    return (await this.#chosen).get(store, key)
  }

  async change(...changes: readonly Change[]): Promise<void> {
    await (await this.#chosen).change(...changes)
  }

  async erase(user: string): Promise<void> {
    await (await this.#chosen).erase(user)
  }
}
