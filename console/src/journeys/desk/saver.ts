/** Keeps a draft: at once on this device, a moment later on the server, again where that failed. It never overwrites what somebody else
 * saved in the meantime, and never forgets what was drawn here. */
import { ApiError } from '../../api/errors'
import type { components } from '../../api/schema'
import type { Graph } from '../model/graph'
import { sameGraph } from '../model/merge'
import type { Shelf } from './kept'

export type Detail = Omit<components['schemas']['JourneyDetail'], 'draft'> & { readonly draft: Graph }

export type Saving =
  | { readonly name: 'saved' | 'waiting' | 'saving' | 'signedOut' }
  | { readonly name: 'unreachable'; readonly tries: number }
  /** The server will not have it; it is kept here. `code` and `message` are the server's. */
  | { readonly name: 'refused'; readonly code: string; readonly message: string }
  /** Both were made of `base`. */
  | { readonly name: 'conflict'; readonly base: Graph; readonly mine: Graph; readonly theirs: Detail }

export interface Door {
  save(version: number, graph: Graph): Promise<Detail>
  load(): Promise<Detail>
}

interface Given {
  door: Door
  shelf: Shelf
  user: string
  /** As the server has it. */
  detail: Detail
  onChange: (saving: Saving) => void
  /** The server's row is another one now. */
  onDetail: (detail: Detail) => void
}

const SOON = 700 // milliseconds after the last change
const AGAIN = [1_000, 2_000, 5_000, 15_000, 30_000]

export class Saver {
  readonly #given: Given
  #detail: Detail
  #mine: Graph
  /** Sent, and not known whether it came. */
  #sent: Graph[] = []
  #saving: Saving = { name: 'saved' }
  #timer: ReturnType<typeof setTimeout> | undefined
  #tries = 0
  #queue: Promise<unknown> = Promise.resolve()
  #over = false

  constructor(given: Given) {
    this.#given = given
    this.#detail = given.detail
    this.#mine = given.detail.draft
  }

  get saving(): Saving {
    return this.#saving
  }

  /** The draft is this now. */
  changed(graph: Graph): void {
    if (graph === this.#mine) return
    this.#mine = graph
    this.#shelve()
    if (this.#saving.name === 'conflict') {
      this.#become({ ...this.#saving, mine: graph })
      return
    }
    if (this.#saving.name !== 'unreachable' && this.#saving.name !== 'signedOut') this.#become({ name: 'waiting' })
    this.#schedule(SOON)
  }

  /** What was kept on this device and the server does not have; it was made of `base`, of that version. */
  recovered(version: number, base: Graph, graph: Graph): void {
    this.#mine = graph
    if (version !== this.#detail.version && !sameGraph(base, this.#detail.draft)) {
      if (sameGraph(graph, this.#detail.draft)) this.#settled()
      else this.#become({ name: 'conflict', base, mine: graph, theirs: this.#detail })
      return
    }
    this.#become({ name: 'waiting' })
    this.#schedule(0)
  }

  /** Save now; resolves when the server has it, with false where it has not. */
  async flush(): Promise<boolean> {
    await this.#inTurn(() => this.#save())
    return this.#saving.name === 'saved'
  }

  /** Something else that raises the journey's version, of the draft as it is: publish, archive, settings. Raises what it raises. */
  async act<Result>(does: (version: number) => Promise<Result>): Promise<Result | undefined> {
    if (!(await this.flush())) return undefined
    return this.#inTurn(async () => {
      try {
        const result = await does(this.#detail.version)
        this.#took(await this.#given.door.load())
        return result
      } catch (error) {
        if (error instanceof ApiError && error.code === 'stale') this.#stale(error.body.current as Detail)
        throw error
      }
    })
  }

  /** Look whether somebody else changed it, while nothing here waits to be saved. */
  async look(): Promise<void> {
    if (this.#saving.name !== 'saved' || this.#over) return
    const found = await this.#given.door.load().catch(() => null)
    if (found !== null && found.version > this.#detail.version && this.#is('saved')) this.#took(found)
  }

  /** End a conflict with this draft: it is saved over theirs. */
  resolve(graph: Graph): void {
    if (this.#saving.name !== 'conflict') return
    this.#detail = this.#saving.theirs
    this.#mine = graph
    this.#given.onDetail(this.#detail)
    this.#shelve()
    this.#become({ name: 'waiting' })
    this.#schedule(0)
  }

  /** Try now what would be tried later. */
  wake(): void {
    if (this.#saving.name === 'unreachable' || this.#saving.name === 'waiting' || this.#saving.name === 'signedOut') this.#schedule(0)
  }

  /** What was refused may be taken now. */
  again(): void {
    if (this.#saving.name !== 'refused') return
    this.#become({ name: 'waiting' })
    this.#schedule(0)
  }

  /** The page is there, or there again. */
  start(): void {
    this.#over = false
    if (this.#mine !== this.#detail.draft) this.#schedule(SOON)
  }

  /** The page goes: what waits is saved now, and nothing is told any more. */
  stop(): void {
    if (this.#saving.name === 'waiting' || this.#saving.name === 'unreachable') void this.#inTurn(() => this.#save())
    this.#over = true
    clearTimeout(this.#timer)
  }

  #schedule(after: number): void {
    clearTimeout(this.#timer)
    if (!this.#over) this.#timer = setTimeout(() => { void this.#inTurn(() => this.#save()) }, after)
  }

  #inTurn<Result>(does: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(does)
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#saving.name === 'conflict') return
    if (this.#mine === this.#detail.draft || sameGraph(this.#mine, this.#detail.draft)) {
      this.#settled()
      return
    }
    this.#become({ name: 'saving' })
    const sent = this.#mine
    this.#sent.push(sent)
    try {
      const detail = await this.#given.door.save(this.#detail.version, sent)
      this.#saved({ ...detail, draft: sent })
    } catch (error) {
      this.#failed(error)
    }
  }

  #saved(detail: Detail): void {
    this.#detail = detail
    this.#tries = 0
    this.#sent = []
    this.#given.onDetail(detail)
    if (this.#mine === detail.draft) {
      this.#settled()
      return
    }
    this.#shelve()
    this.#become({ name: 'waiting' })
    this.#schedule(SOON)
  }

  #failed(error: unknown): void {
    if (!(error instanceof ApiError)) throw error
    if (error.code === 'stale') this.#stale(error.body.current as Detail)
    else if (error.signedOut) this.#become({ name: 'signedOut' })
    else if (error.passes) {
      const wait = AGAIN[Math.min(this.#tries, AGAIN.length - 1)] ?? SOON
      this.#tries += 1
      this.#become({ name: 'unreachable', tries: this.#tries })
      this.#schedule(wait)
    } else this.#become({ name: 'refused', code: error.code, message: error.message })
  }

  /** Somebody else saved: their settings alone, what was sent from here with its answer lost, or another draft. */
  #stale(theirs: Detail): void {
    const came = [...this.#sent, this.#mine].find((graph) => sameGraph(graph, theirs.draft))
    if (sameGraph(theirs.draft, this.#detail.draft)) {
      this.#detail = { ...theirs, draft: this.#detail.draft }
      this.#given.onDetail(this.#detail)
      this.#become({ name: 'waiting' })
      this.#schedule(0)
    } else if (came !== undefined) this.#saved({ ...theirs, draft: came })
    else this.#become({ name: 'conflict', base: this.#detail.draft, mine: this.#mine, theirs })
  }

  /** What the server has, where nothing here waits. */
  #took(detail: Detail): void {
    const kept = sameGraph(detail.draft, this.#detail.draft) ? this.#detail.draft : detail.draft
    const mine = this.#mine === this.#detail.draft
    this.#detail = { ...detail, draft: kept }
    if (mine) this.#mine = kept
    this.#given.onDetail(this.#detail)
  }

  #settled(): void {
    this.#mine = this.#detail.draft
    void this.#given.shelf.drop(this.#given.user, this.#detail.id).catch(() => undefined)
    this.#become({ name: 'saved' })
  }

  #shelve(): void {
    const { id: journey, version, draft: base } = this.#detail
    void this.#given.shelf.put({ user: this.#given.user, journey, version, base, graph: this.#mine }).catch(() => undefined)
  }

  #is(name: Saving['name']): boolean {
    return this.#saving.name === name
  }

  #become(saving: Saving): void {
    if (this.#over) return
    this.#saving = saving
    this.#given.onChange(saving)
  }
}
