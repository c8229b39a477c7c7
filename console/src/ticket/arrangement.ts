/** In which order the sections of the panel stand, and which are folded; kept in this browser. */
export const SECTIONS = ['ticket', 'deadlines', 'customer', 'answers', 'related', 'earlier', 'timeline'] as const
export type SectionName = (typeof SECTIONS)[number]

export interface Arrangement {
  readonly order: readonly SectionName[]
  readonly folded: readonly SectionName[]
}

const KEPT = 'ticket.sections'
const FIRST: Arrangement = { order: SECTIONS, folded: ['timeline'] }

/** What was kept, without what is not known any more and with what is new. */
export function arranged(kept: unknown): Arrangement {
  if (typeof kept !== 'object' || kept === null) return FIRST
  const order = 'order' in kept ? known(kept.order) : []
  return { order: [...order, ...SECTIONS.filter((name) => !order.includes(name))], folded: 'folded' in kept ? known(kept.folded) : FIRST.folded }
}

function known(names: unknown): readonly SectionName[] {
  return Array.isArray(names) ? [...new Set(SECTIONS.filter((name) => names.includes(name)).sort((a, b) => names.indexOf(a) - names.indexOf(b)))] : []
}

/** With the section in the place of another of those that are shown, the others in their order. */
export function moved(order: readonly SectionName[], name: SectionName, to: SectionName): readonly SectionName[] {
  const [from, place] = [order.indexOf(name), order.indexOf(to)]
  if (from === place || from < 0 || place < 0) return order
  const others = order.filter((other) => other !== name)
  return others.toSpliced(place, 0, name)
}

export function toggled(folded: readonly SectionName[], name: SectionName): readonly SectionName[] {
  return folded.includes(name) ? folded.filter((other) => other !== name) : [...folded, name]
}

export function kept(): Arrangement {
  try {
    return arranged(JSON.parse(localStorage.getItem(KEPT) ?? 'null'))
  } catch {
    return FIRST
  }
}

export function keep(arrangement: Arrangement): void {
  localStorage.setItem(KEPT, JSON.stringify(arrangement))
}
