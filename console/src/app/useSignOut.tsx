/** Signing out: what can be saved is saved first, and whoever would lose something is asked. */
import { lazy, type ReactNode, Suspense, useState } from 'react'

import type { Me } from '../realtime/live'
import { newShelf } from '../realtime/shelf'
import { later } from './later'
import type { OnlyHere } from './leaving'
import { leaving, useLeaving, useLiveIfAny } from './session'

const Ask = lazy(later(() => import('./LeavingAsk')))

/** `window` is to be drawn beside whatever signs out. */
export function useSignOut(me: Me): { signOut: () => void; busy: boolean; window: ReactNode } {
  const live = useLiveIfAny()
  const { leave, busy } = useLeaving(me)
  const [looking, setLooking] = useState(false)
  const [lost, setLost] = useState<OnlyHere | null>(null)
  const look = async () => {
    setLooking(true)
    try {
      await live?.drafts.saved()
      const { onlyHere } = await leaving()
      const found = await onlyHere(me.id, live?.shelf ?? newShelf())
      if (found.messages > 0 || found.typed) setLost(found)
      else leave()
    } catch {
      leave() // a disk that cannot be read keeps nothing for anybody
    } finally {
      setLooking(false)
    }
  }
  return {
    signOut: () => void look(), busy: busy || looking,
    window: lost === null ? null : <Suspense><Ask lost={lost} busy={busy} onStay={() => { setLost(null) }} onLeave={leave} /></Suspense>,
  }
}
