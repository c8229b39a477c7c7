/** What all parts of the builder share: the draft, what is wrong with it, and how to get about in it. */
import { createContext, useContext } from 'react'

import type { components } from '../api/schema'
import type { Desk, Standing } from './desk/desk'
import type { Labels } from './labels'
import type { Place, START } from './model/edit'
import type { Graph } from './model/graph'
import type { Row } from './model/outline'

export type Problem = components['schemas']['Problem']
export type Figures = components['schemas']['JourneyFigures']

export interface Problems {
  readonly all: readonly Problem[]
  readonly of: ReadonlyMap<string, readonly Problem[]>
  readonly errors: number
  readonly state: 'checking' | 'checked' | 'failed'
}

/** Where a new step comes; null: it is not said yet. */
export type Spot = Place | typeof START | null

export interface Builder {
  readonly desk: Desk
  readonly standing: Standing
  readonly graph: Graph
  readonly rows: readonly Row[]
  readonly labels: Labels
  readonly problems: Problems
  readonly figures: Figures | undefined
  /** The nodes that the preview went over. */
  readonly path: readonly string[]
  readonly mayChange: boolean
  /** The node that is edited and that keys are about. */
  readonly current: string | null
  edit: (change: (graph: Graph) => Graph, mark?: string) => void
  /** Choose one node and bring it into view; `focus` puts the cursor on it, or on what edits this member of it. */
  show: (id: string, focus?: 'node' | 'editor', member?: string) => void
  choose: (ids: readonly string[]) => void
  /** Ask which step to add, in this place. */
  ask: (at: Spot) => void
  remove: (ids: readonly string[]) => void
  duplicate: (ids: readonly string[]) => void
}

export const Table = createContext<Builder | null>(null)

export function useBuilder(): Builder {
  const found = useContext(Table)
  if (found === null) throw new Error('this is no part of a builder')
  return found
}
