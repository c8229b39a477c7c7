/** Whether this browser shows notifications and plays a sound; kept here, as another device is another place to sit at. */
import { Watched } from '../../realtime/live'

export interface Preferences {
  readonly desktop: boolean
  readonly sound: boolean
}

const KEPT = 'notices'

export function read(kept: string | null): Preferences {
  try {
    const found: unknown = JSON.parse(kept ?? '{}')
    const on = (name: keyof Preferences) => typeof found === 'object' && found !== null && (found as Record<string, unknown>)[name] === true
    return { desktop: on('desktop'), sound: on('sound') }
  } catch {
    return { desktop: false, sound: false }
  }
}

export const preferences = new Watched<Preferences>(read(localStorage.getItem(KEPT)))

export function prefer(change: Partial<Preferences>): void {
  const wanted = { ...preferences.get(), ...change }
  localStorage.setItem(KEPT, JSON.stringify(wanted))
  preferences.set(wanted)
}

addEventListener('storage', (event) => {
  if (event.key === KEPT) preferences.set(read(event.newValue))
})
