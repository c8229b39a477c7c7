/** Drafts that the server does not have yet: on this device's disk, so that no reload, crash or ended session loses one. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

import type { Graph } from '../model/graph'

export interface Kept {
  readonly user: string
  readonly journey: string
  /** What it was made of: the server's draft of that version. */
  readonly version: number
  readonly base: Graph
  readonly graph: Graph
}

export interface Shelf {
  get(user: string, journey: string): Promise<Kept | undefined>
  put(draft: Kept): Promise<void>
  drop(user: string, journey: string): Promise<void>
}

interface Schema extends DBSchema { drafts: { key: [string, string]; value: Kept } }

export class DiskShelf implements Shelf {
  readonly #database: Promise<IDBPDatabase<Schema>>

  constructor() {
    this.#database = openDB<Schema>('pandar-journeys', 1, { upgrade: (database) => { database.createObjectStore('drafts', { keyPath: ['user', 'journey'] }) } })
  }

  async get(user: string, journey: string): Promise<Kept | undefined> {
    return (await this.#database).get('drafts', [user, journey])
  }

  async put(draft: Kept): Promise<void> {
    await (await this.#database).put('drafts', draft)
  }

  async drop(user: string, journey: string): Promise<void> {
    await (await this.#database).delete('drafts', [user, journey])
  }
}

/** Where a browser gives no database (some private windows): as long as the page lives. */
export class MemoryShelf implements Shelf {
  readonly #drafts = new Map<string, Kept>()

  get(user: string, journey: string): Promise<Kept | undefined> {
    return Promise.resolve(this.#drafts.get(`${user} ${journey}`))
  }

  put(draft: Kept): Promise<void> {
    this.#drafts.set(`${draft.user} ${draft.journey}`, draft)
    return Promise.resolve()
  }

  drop(user: string, journey: string): Promise<void> {
    this.#drafts.delete(`${user} ${journey}`)
    return Promise.resolve()
  }
}

let opened: Shelf | null = null

export async function shelf(): Promise<Shelf> {
  if (opened !== null) return opened
  const disk = new DiskShelf()
  opened = await disk.get('', '').then(() => disk, () => new MemoryShelf())
  return opened
}
