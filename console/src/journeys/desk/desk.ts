/** A journey on the table: its draft with the history of what was done to it, what is chosen, and whether the server has it. */
import { allNodes, type Graph, has } from '../model/graph'
import { begin, type History, push, redo, seal, undo } from '../model/history'
import { sameGraph } from '../model/merge'
import type { Shelf } from './kept'
import { type Detail, type Door, Saver, type Saving } from './saver'

export interface Standing {
  readonly detail: Detail
  readonly history: History<Graph>
  /** Ids of chosen nodes; the last one is that which is edited. */
  readonly chosen: readonly string[]
  readonly saving: Saving
}

export class Desk {
  readonly #saver: Saver
  readonly #watchers = new Set<() => void>()
  #standing: Standing

  constructor(given: { door: Door; shelf: Shelf; user: string; detail: Detail }) {
    this.#standing = { detail: given.detail, history: begin(given.detail.draft), chosen: [], saving: { name: 'saved' } }
    this.#saver = new Saver({
      ...given, onChange: (saving) => { this.#become({ saving }) }, onDetail: (detail) => { this.#onDetail(detail) },
    })
  }

  readonly watch = (changed: () => void): (() => void) => {
    this.#watchers.add(changed)
    return () => { this.#watchers.delete(changed) }
  }

  readonly get = (): Standing => this.#standing

  get graph(): Graph {
    return this.#standing.history.present
  }

  get saver(): Saver {
    return this.#saver
  }

  /** Do something to the draft; changes under one mark, such as the typing in one field, are one step back. */
  edit(change: (graph: Graph) => Graph, mark: string | null = null): void {
    this.#go(push(this.#standing.history, change(this.graph), mark))
  }

  seal(): void {
    this.#become({ history: seal(this.#standing.history) })
  }

  undo(): void {
    this.#go(undo(this.#standing.history))
  }

  redo(): void {
    this.#go(redo(this.#standing.history))
  }

  choose(ids: readonly string[]): void {
    this.#become({ chosen: ids.filter((id) => has(this.graph, id)), history: seal(this.#standing.history) })
  }

  /** What was kept on this device comes back. */
  recover(version: number, base: Graph, graph: Graph): void {
    if (sameGraph(graph, this.graph)) return
    this.#become({ history: push(this.#standing.history, graph) })
    this.#saver.recovered(version, base, graph)
  }

  /** Back to what the server has; what was here can be had back by undo. */
  discard(): void {
    this.edit(() => this.#standing.detail.draft)
  }

  /** End a conflict with this draft; what was here can be had back by undo. */
  resolve(graph: Graph): void {
    this.#become(this.#after(push(this.#standing.history, graph)))
    this.#saver.resolve(graph)
  }

  #go(history: History<Graph>): void {
    if (history === this.#standing.history) return
    this.#become(this.#after(history))
    this.#saver.changed(history.present)
  }

  #after(history: History<Graph>): Partial<Standing> {
    const { chosen } = this.#standing
    const left = chosen.filter((id) => has(history.present, id))
    return { history, chosen: left.length === chosen.length ? chosen : left }
  }

  /** Where the server's draft is another one, and nothing here waits, it is the draft here too. */
  #onDetail(detail: Detail): void {
    const theirs = this.#saver.saving.name === 'saved' && !sameGraph(detail.draft, this.graph)
    this.#become({ detail, ...(theirs ? this.#after(push(this.#standing.history, detail.draft)) : {}) })
  }

  #become(change: Partial<Standing>): void {
    this.#standing = { ...this.#standing, ...change }
    for (const changed of this.#watchers) changed()
  }
}

/** Whether customers begin with what is drawn here already. */
export function isUnchanged({ detail, saving }: Standing): boolean {
  return detail.state === 'published' && !detail.has_changes && saving.name === 'saved'
}

/** A name for a node where its text is empty. */
export function firstWords(text: string, most = 60): string {
  const line = text.trim().replace(/\s+/gu, ' ')
  return line.length <= most ? line : `${line.slice(0, most - 1).trimEnd()}…`
}

export function questions(graph: Graph): { id: string; text: string }[] {
  return allNodes(graph).filter((node) => node.kind === 'question').map((node) => ({ id: node.id, text: firstWords(node.text) || node.id }))
}
