/** What the reader chose in the inbox: the view, its order and filters for this tab, the width of the list for this browser. */
import { FILTERS, type Filters, isView, type Order, ORDERS, type View } from './views'

const CHOICE = 'inbox'
const WIDTH = 'inbox.list'
export const NARROWEST = 18 // percent of the page
export const WIDEST = 50
export const USUAL = 25

export interface Choice {
  readonly view: View
  readonly order: Order
  readonly filters: Filters
}

export function choice(): Choice {
  const kept = parsed(sessionStorage.getItem(CHOICE))
  const { view, order, filters } = kept
  return {
    view: isView(view) ? view : 'mine',
    order: typeof order === 'string' && Object.hasOwn(ORDERS, order) ? (order as Order) : 'activity',
    filters: typeof filters === 'object' && filters !== null ? known(filters) : {},
  }
}

export function keepChoice(chosen: Choice): void {
  sessionStorage.setItem(CHOICE, JSON.stringify(chosen))
}

export function width(): number {
  const kept = Number(localStorage.getItem(WIDTH) ?? USUAL)
  return within(Number.isNaN(kept) ? USUAL : kept)
}

export function keepWidth(percent: number): void {
  localStorage.setItem(WIDTH, String(percent))
}

export function within(percent: number): number {
  return Math.min(Math.max(percent, NARROWEST), WIDEST)
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(text ?? '{}')
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function known(filters: object): Filters {
  return Object.fromEntries(Object.entries(filters).filter(([name, value]) => FILTERS.some((known) => known === name) && typeof value === 'string'))
}
