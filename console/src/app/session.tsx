/** Who is signed in here, and what their tab hears. */
import { hashKey, type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

import { type Api, data, newApi } from '../api/client'
import { ApiError } from '../api/errors'
import { keys } from '../api/keys'
import { Live, type Me, Watched } from '../realtime/live'
import { newShelf } from '../realtime/shelf'
import { complain } from '../ui/Toasts'
import { later, loadWhatWaits } from './later'

const api = newApi()
/** What knows what is on this device, and erases it. */
export const leaving = later(() => import('./leaving'))
const LEFT = 'pandar left' // by which a tab tells the others who signed out
interface Signing {
  readonly me: Me
  readonly api: Api
  readonly live: Live
  readonly here: boolean
}
const Signed = createContext<Signing | null>(null)
/** Who was signed in last and did not leave: their page stays as it is until they are back. */
const present = new Watched<Me | null>(null)

/** Whether the window to sign in again is open; it can be closed, so that one can read and copy, and the connection's sign opens it again. */
export const asksToSignIn = new Watched(true)

/** It speaks for whoever is signed in here. */
export function useApi(): Api {
  return useContext(Signed)?.api ?? api
}

export function useMe(): Me {
  return useSigned().me
}

export function useLive(): Live {
  return useSigned().live
}

export function useWatched<Value>(watched: Watched<Value>): Value {
  return useSyncExternalStore(watched.watch, watched.get)
}

export function useMay(permission: string): boolean {
  return useMe().permissions.includes(permission)
}

/** Whether they are signed in now; the page of whoever was signed out elsewhere stays until they are back. */
export function useIsHere(): boolean {
  return useSigned().here
}

/**
 * `me`: the user, null where nobody is signed in, undefined while that is not known. `here`: whether the session lives; where it does not,
 * `me` is who was signed in before.
 */
export function useWhoAmI(): { me: Me | null | undefined; here: boolean; error: ApiError | null; again: () => void } {
  const cache = useQueryClient()
  const asked = useQuery<Me | null, ApiError>({
    queryKey: keys.me,
    queryFn: async () => {
      try {
        const me = await data(api.GET('/api/v1/auth/me/'))
        const was = present.get()
        if (was !== null && was.id !== me.id) forgetAllBut(cache, keys.me)
        return me
      } catch (error) {
        if (error instanceof ApiError && error.signedOut) return null
        throw error
      }
    },
    staleTime: Infinity,
  })
  const before = useWatched(present)
  const { data: me } = asked
  useEffect(() => {
    if (me) present.set(me)
  }, [me])
  const error = me === undefined && before === null ? asked.error : null
  return { me: me ?? before ?? me, here: me !== null, error, again: () => void asked.refetch() }
}

/** Forget who was signed in: the next one begins at the sign-in page, and what the last one typed waits for them on this device. */
export function useForgetting(): () => void {
  const cache = useQueryClient()
  return useCallback(() => {
    present.set(null)
    cache.clear()
    cache.setQueryData(keys.me, null)
  }, [cache])
}

/** Sign out, in all tabs, and leave nothing on this device; `useSignOut` asks before. */
export function useLeaving(me: Me): { leave: () => void; busy: boolean } {
  const { t } = useTranslation()
  const own = useApi()
  const live = useContext(Signed)?.live
  const forget = useForgetting()
  const gone = async () => {
    forget()
    const others = new BroadcastChannel(LEFT)
    others.postMessage(me.id)
    others.close()
    const { erase } = await leaving()
    await erase(me.id, live?.shelf ?? newShelf()).catch(() => undefined)
  }
  const ending = useMutation({
    networkMode: 'always', mutationFn: () => data(own.DELETE('/api/v1/auth/session/')),
    onSuccess: gone,
    onError: (error) => {
      if (error instanceof ApiError && error.signedOut) return gone()
      complain(t('leaving.failed'))
      return undefined
    },
  })
  return { leave: () => { ending.mutate() }, busy: ending.isPending }
}

/** The tab's line and disk, where somebody is signed in. */
export function useLiveIfAny(): Live | undefined {
  return useContext(Signed)?.live
}

/** What one person was told is not for the next one, who may be of another organization. */
export function forgetAllBut(cache: QueryClient, kept: readonly unknown[]): void {
  const name = hashKey(kept)
  cache.removeQueries({ predicate: (query) => query.queryHash !== name })
}

/** `key` it by the user: another one has another line. */
export function SignedIn({ me, here, children }: { me: Me; here: boolean; children: ReactNode }) {
  const cache = useQueryClient()
  const [own] = useState(() => newApi({ user: me.id }))
  const [live] = useState(() => new Live(own, cache, me))
  useEffect(() => live.start(), [live])
  const forget = useForgetting()
  useEffect(loadWhatWaits, [])
  useEffect(() => {
    const others = new BroadcastChannel(LEFT)
    others.onmessage = ({ data: who }: MessageEvent<string>) => { if (who === me.id) forget() }
    return () => { others.close() }
  }, [me.id, forget])
  const was = useRef(here)
  useEffect(() => {
    if (here && !was.current) live.resume()
    was.current = here
  }, [live, here])
  return <Signed value={{ me, api: own, live, here }}>{children}</Signed>
}

function useSigned(): Signing {
  const signed = useContext(Signed)
  if (signed === null) throw new Error('nobody is signed in here')
  return signed
}
