/**
 * What one types and does not send: on this device's disk with each letter, on the server when there is a line, the same in all of one's
 * tabs. A text that another tab wrote meanwhile is never written over: both are shown, and one of them is chosen.
 */
import { ApiError } from '../api/errors'
import type { FrameOf } from './frames'
import type { Change, Shelf } from './shelf'

export interface Saved {
  readonly text: string
  /** Which version it is; null where there is none. */
  readonly at: string | null
}

export interface KeptDraft extends Draft {
  readonly key: string
  readonly user: string
}

export interface Draft {
  readonly text: string
  /** What the server had when this was typed. */
  readonly base: Saved
  /** Another text, of another tab or device, that this one does not follow. */
  readonly theirs: Saved | null
}

export interface DraftApi {
  get(ticket: string): Promise<{ reply: Saved; note: Saved }>
  /** The new version; null where the text is blank. Rejects with ApiError, `body.current` of a conflict. */
  put(ticket: string, internal: boolean, text: string, seen: string | null): Promise<string | null>
}

interface Drafting {
  readonly user: string
  readonly shelf: Shelf
  readonly api: DraftApi
  /** What the other tabs of this browser are told. */
  readonly tell: (word: Word) => void
}

/** What a tab tells the others of this browser, which then have it without a server too. */
export interface Word {
  readonly key: string
  readonly draft: Draft
  /** The text that this one was made of. */
  readonly before: string
}

const EMPTY: Draft = { text: '', base: { text: '', at: null }, theirs: null }
const SAVE_AFTER = 800 // milliseconds without another letter
const RETRY_AFTER = 5_000 // then twice as long each time
const RETRY_AT_MOST = 5 * 60_000

class Sheet {
  draft = EMPTY
  typed = false // by this tab, since it was opened
  loaded = false
  saving = false
  leaving: string | null = null // what is on its way to the server
  tries = 0 // that failed since the last that did not
  refusal: ApiError | null = null
  under: Promise<void> = Promise.resolve() // what saves it now, if anything does
  timer: ReturnType<typeof setTimeout> | undefined
}

export class Drafts {
  readonly #sheets = new Map<string, Sheet>()
  readonly #watchers = new Map<string, Set<() => void>>()
  readonly #asked = new Set<string>()
  readonly #news = new Map<string, number>() // how often something was heard of a ticket's drafts
  readonly #with: Drafting
  readonly #unwritten = new Set<string>()
  #writing: Promise<unknown> = Promise.resolve()

  constructor(drafting: Drafting) {
    this.#with = drafting
  }

  of(ticket: string, internal: boolean): Draft {
    return this.#sheet(keyOf(ticket, internal)).draft
  }

  /** Why the server did not save it, though it will be asked again; null where it did, or was not reached. */
  refusal(ticket: string, internal: boolean): ApiError | null {
    return this.#sheet(keyOf(ticket, internal)).refusal
  }

  /** `changed` when either draft of the ticket is another one. The drafts are read from disk, and asked for, once. */
  watch(ticket: string, changed: () => void): () => void {
    const watchers = this.#watchers.get(ticket) ?? new Set()
    this.#watchers.set(ticket, watchers.add(changed))
    void this.#load(ticket)
    return () => {
      watchers.delete(changed)
      if (watchers.size === 0) this.#watchers.delete(ticket)
    }
  }

  /** What stands in the field now. */
  type(ticket: string, internal: boolean, text: string): void {
    const key = keyOf(ticket, internal)
    const sheet = this.#sheet(key)
    const before = sheet.draft.text
    sheet.typed = true
    this.#become(key, { ...sheet.draft, text })
    this.#with.tell({ key, draft: sheet.draft, before })
    this.#saveSoon(key, text.trim() === '' ? 0 : SAVE_AFTER)
  }

  /** It is sent: the field is empty. What this returns goes to disk together with the message, so that no reload finds both. */
  sent(ticket: string, internal: boolean): Change {
    const key = keyOf(ticket, internal)
    const sheet = this.#sheet(key)
    const before = sheet.draft.text
    sheet.typed = true
    this.#become(key, { ...sheet.draft, text: '' }, false)
    this.#with.tell({ key, draft: sheet.draft, before })
    this.#saveSoon(key, 0)
    return this.#row(key)
  }

  /** Of two texts one is chosen; the other is gone. */
  choose(ticket: string, internal: boolean, which: 'mine' | 'theirs'): void {
    const key = keyOf(ticket, internal)
    const sheet = this.#sheet(key)
    const { text, theirs } = sheet.draft
    if (theirs === null) return
    this.#become(key, { text: which === 'mine' ? text : theirs.text, base: theirs, theirs: null })
    this.#with.tell({ key, draft: sheet.draft, before: text })
    this.#saveSoon(key, 0)
  }

  /** There is a line: what is only here goes to the server, and what changed there comes. */
  begun(): void {
    const open = new Set([...this.#watchers.keys()])
    this.#asked.clear()
    for (const ticket of open) void this.#ask(ticket)
    for (const key of this.#sheets.keys()) this.#saveSoon(key, 0)
  }

  /** One's own draft was saved somewhere. */
  heard({ ticket, internal, text, saved_at }: FrameOf<'draft-changed'>): void {
    this.#learn(ticket)
    this.#meet(keyOf(ticket, internal), { text, at: saved_at })
  }

  /** Another tab of this browser typed. */
  told({ key, draft, before }: Word): void {
    const sheet = this.#sheets.get(key)
    if (sheet === undefined) return
    const mine = sheet.draft.text
    if (mine === draft.text || mine === before || !sheet.typed) this.#become(key, draft, false)
    else if (draft.text.trim() !== '') this.#become(key, { ...sheet.draft, theirs: { text: draft.text, at: sheet.draft.base.at } }, false)
    sheet.typed = sheet.typed && mine !== before
  }

  /** What can be saved on the server is, and what cannot is on disk. */
  async saved(): Promise<void> {
    await Promise.all([...this.#sheets.keys()].map(async (key) => {
      await this.#sheet(key).under
      await this.#save(key)
      clearTimeout(this.#sheet(key).timer)
    }))
    await this.settled()
  }

  /** Everything that was typed is on disk. */
  settled(): Promise<unknown> {
    return this.#writing
  }

  async #load(ticket: string): Promise<void> {
    for (const internal of [false, true]) {
      const key = keyOf(ticket, internal)
      const sheet = this.#sheet(key)
      if (sheet.loaded) continue
      sheet.loaded = true
      const kept = await this.#with.shelf.get('drafts', this.#place(key)).catch(() => undefined)
      if (kept === undefined || sheet.typed) continue
      this.#become(key, { text: kept.text, base: kept.base, theirs: kept.theirs }, false)
      this.#saveSoon(key, SAVE_AFTER) // a connection may have begun meanwhile, and asked already
    }
    await this.#ask(ticket)
  }

  async #ask(ticket: string): Promise<void> {
    if (this.#asked.has(ticket)) return
    this.#asked.add(ticket)
    try {
      const found = await this.#current(ticket)
      for (const internal of [false, true]) {
        const key = keyOf(ticket, internal)
        this.#meet(key, internal ? found.note : found.reply)
        this.#saveSoon(key, 0)
      }
    } catch {
      this.#asked.delete(ticket) // the next connection asks again
    }
  }

  /** An answer that was overtaken by news says what was before them, and none of its versions tells that a draft is gone. */
  async #current(ticket: string): Promise<{ reply: Saved; note: Saved }> {
    for (;;) {
      const before = this.#news.get(ticket)
      const found = await this.#with.api.get(ticket)
      if (this.#news.get(ticket) === before) return found
    }
  }

  #learn(ticket: string): void {
    this.#news.set(ticket, (this.#news.get(ticket) ?? 0) + 1)
  }

  /** The server has this text. */
  #meet(key: string, there: Saved): void {
    const { draft } = this.#sheet(key)
    if (there.at === draft.base.at) return
    if (there.text !== '' && there.text === this.#sheet(key).leaving) return // it is our own, though it may be sent or typed over by now
    if (draft.base.at !== null && there.at !== null && Date.parse(there.at) < Date.parse(draft.base.at)) return // late news
    if (draft.text === draft.base.text || draft.text === there.text) this.#become(key, { text: there.text, base: there, theirs: null })
    else if (this.#sheet(key).saving) return // it is our own, or the answer will say whose
    else if (there.text === '') this.#become(key, { ...draft, base: there }) // sent or thrown away elsewhere, and typed on here
    else this.#become(key, { ...draft, theirs: there })
  }

  #saveSoon(key: string, after: number): void {
    const sheet = this.#sheet(key)
    clearTimeout(sheet.timer)
    sheet.timer = setTimeout(() => { sheet.under = this.#save(key) }, after)
  }

  async #save(key: string): Promise<void> {
    const sheet = this.#sheet(key)
    const { text, base, theirs } = sheet.draft
    if (sheet.saving || theirs !== null || text === base.text) return
    const { ticket, internal } = partsOf(key)
    sheet.saving = true
    sheet.leaving = text
    let again: number | null = 0
    try {
      const at = await this.#with.api.put(ticket, internal, text, base.at)
      this.#learn(ticket)
      sheet.tries = 0
      sheet.refusal = null
      this.#become(key, { ...sheet.draft, base: { text: at === null ? '' : text, at } })
    } catch (error) {
      again = this.#refused(key, error)
    }
    sheet.saving = false
    sheet.leaving = null
    if (again !== null && sheet.draft.text !== sheet.draft.base.text) this.#saveSoon(key, again === 0 ? SAVE_AFTER : again)
  }

  /** Milliseconds after which to try again; null where that makes no sense before a new connection. */
  #refused(key: string, error: unknown): number | null {
    if (!(error instanceof ApiError)) throw error
    if (error.code === 'draft_changed') {
      const current = error.body.current as { text: string; saved_at: string } | null
      const { draft } = this.#sheet(key)
      if (current === null) {
        this.#become(key, { ...draft, base: { text: '', at: null } })
        return 0
      }
      this.#become(key, { ...draft, theirs: { text: current.text, at: current.saved_at } })
      return null
    }
    if (error.signedOut) return null
    const sheet = this.#sheet(key)
    if (error.status !== 0) {
      sheet.refusal = error
      this.#become(key, sheet.draft, false)
    }
    return Math.min(RETRY_AT_MOST, Math.max(error.retryAfter ?? 0, RETRY_AFTER * 2 ** sheet.tries++))
  }

  #become(key: string, draft: Draft, keep = true): void {
    this.#sheet(key).draft = draft
    for (const changed of this.#watchers.get(partsOf(key).ticket) ?? []) changed()
    if (keep) this.#keep(key)
  }

  /** As it is when its turn comes: a fast typist costs one write at a time. */
  #keep(key: string): void {
    if (this.#unwritten.has(key)) return
    this.#unwritten.add(key)
    this.#writing = this.#writing.then(async () => {
      this.#unwritten.delete(key)
      await this.#with.shelf.change(this.#row(key))
    }).catch(() => undefined) // a full disk: the server has it a second later
  }

  #row(key: string): Change {
    const { draft } = this.#sheet(key)
    const done = draft.text === '' && draft.base.at === null && draft.theirs === null
    const row = done ? undefined : { ...draft, key: this.#place(key), user: this.#with.user }
    return { store: 'drafts', key: this.#place(key), to: () => row }
  }

  #place(key: string): string {
    return `${this.#with.user} ${key}`
  }

  #sheet(key: string): Sheet {
    const sheet = this.#sheets.get(key) ?? new Sheet()
    this.#sheets.set(key, sheet)
    return sheet
  }
}

function keyOf(ticket: string, internal: boolean): string {
  return `${ticket} ${internal ? 'note' : 'reply'}`
}

function partsOf(key: string): { ticket: string; internal: boolean } {
  const [ticket = '', kind] = key.split(' ')
  return { ticket, internal: kind === 'note' }
}
