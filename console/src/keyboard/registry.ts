/** What can be done here and now: acts are in it as long as what offers them is on the page. */

export const GROUPS = ['list', 'conversation', 'ticket', 'pictures', 'journey', 'go', 'app'] as const
export type Group = (typeof GROUPS)[number]

export interface Act {
  /** What it is, `ticket.take`; of two with one id the one that came last counts. */
  readonly id: string
  /** What it does, in a verb, in the reader's language. */
  readonly text: string
  readonly group: Group
  /** `t`, `?`, `Mod+K`. */
  readonly key?: string | undefined
  /** Keys that whatever offers it hears by itself (`heard`), such as a field in which one types: `Mod+Enter`, `ArrowUp`. */
  readonly own?: readonly string[]
  /** Other words under which it is looked for. */
  readonly words?: string | undefined
  /** Whether it can be done now; the sheet of keys shows it all the same. */
  readonly possible?: boolean
  /** Not in the palette: it makes sense by its key alone. */
  readonly hidden?: boolean
  readonly run: () => void
}

export class Registry {
  readonly #owners = new Map<object, readonly Act[]>()
  readonly #watchers = new Set<() => void>()
  #acts: readonly Act[] = []

  /** All that is offered now, the latest of each id; the same array as long as nothing that is seen of it changed. */
  readonly acts = (): readonly Act[] => this.#acts

  readonly watch = (changed: () => void): (() => void) => {
    this.#watchers.add(changed)
    return () => this.#watchers.delete(changed)
  }

  /** Offers these and no others for this owner. Cheap where only what they run is new. */
  put(owner: object, acts: readonly Act[]): void {
    const before = this.#owners.get(owner)
    this.#owners.set(owner, acts)
    if (before === undefined || !alike(before, acts)) this.#tell()
  }

  drop(owner: object): void {
    if (this.#owners.delete(owner)) this.#tell()
  }

  /** Does it, where it can be done now. */
  run(id: string): boolean {
    const act = this.#latest().get(id)
    if (act === undefined || act.possible === false) return false
    act.run()
    return true
  }

  /** Which act a key means now. */
  meant(key: string): Act | undefined {
    return [...this.#latest().values()].findLast((act) => act.key === key && act.possible !== false)
  }

  #latest(): Map<string, Act> {
    const latest = new Map<string, Act>()
    for (const acts of this.#owners.values()) for (const act of acts) latest.set(act.id, act)
    return latest
  }

  #tell(): void {
    this.#acts = [...this.#latest().values()]
    for (const changed of this.#watchers) changed()
  }
}

const SEEN = ['id', 'text', 'group', 'key', 'words', 'possible', 'hidden'] as const

function alike(some: readonly Act[], others: readonly Act[]): boolean {
  return some.length === others.length && some.every((act, index) => {
    const other = others[index]
    return other !== undefined && SEEN.every((name) => act[name] === other[name]) && act.own?.join() === other.own?.join()
  })
}

export const registry = new Registry()
