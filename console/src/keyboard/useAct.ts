/** How a component offers what it can do: by a key, in the palette, and on the sheet of keys. */
import { useEffect, useState, useSyncExternalStore } from 'react'

import { type Named, named, written } from './keys'
import { type Act, registry } from './registry'

/** Offered as long as the component is on the page. `useAct({ id: 'ticket.take', text: t('act.take'), group: 'ticket', key: 't', run })` */
export function useAct(act: Act): void {
  useActs([act])
}

export function useActs(acts: readonly Act[]): void {
  const [owner] = useState(() => ({}))
  useEffect(() => { registry.put(owner, acts) }) // each time, so that what runs is of the latest drawing
  useEffect(() => () => { registry.drop(owner) }, [owner])
}

export function useOffered(): readonly Act[] {
  return useSyncExternalStore(registry.watch, registry.acts)
}

/** Does what a press means of these acts by their `own` keys; whether it meant one of them, possible or not. */
export function heard(acts: readonly Act[], event: Named & { preventDefault(): void }): boolean {
  const key = named(event)
  const act = acts.find(({ own }) => own?.includes(key) === true)
  if (act === undefined || act.possible === false) return false
  event.preventDefault()
  act.run()
  return true
}

/** The key that does this, as tooltips and menus show it; undefined where none does. */
export function useKeyOf(id: string): string | undefined {
  const key = useSyncExternalStore(registry.watch, () => registry.acts().find((act) => act.id === id)?.key)
  return key === undefined ? undefined : written(key)
}
