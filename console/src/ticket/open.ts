/** Whether the ticket is seen where there is no room for it beside the conversation, and whether there is. */
import { useSyncExternalStore } from 'react'

import { Watched } from '../realtime/live'

export const panelOpen = new Watched(false)

const WIDE = '(min-width: 75.01rem)'

export function useBeside(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const room = matchMedia(WIDE)
      room.addEventListener('change', changed)
      return () => { room.removeEventListener('change', changed) }
    },
    () => matchMedia(WIDE).matches,
  )
}
