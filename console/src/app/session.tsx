/** Who is signed in here, and what their tab hears. */
import { hashKey, type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'

import { type Api, data, newApi } from '../api/client'
import { ApiError } from '../api/errors'
import { keys } from '../api/keys'
import { Live, type Me, Watched } from '../realtime/live'
import { loadWhatWaits } from './later'

const api = newApi()
const Signed = createContext<{ me: Me; live: Live; here: boolean } | null>(null)
/** Who was signed in last and did not leave: their page stays as it is until they are back. */
const present = new Watched<Me | null>(null)

/** Whether the window to sign in again is open; it can be closed, so that one can read and copy, and the connection's sign opens it again. */
export const asksToSignIn = new Watched(true)

export function useApi(): Api {
  return api
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

/** Sign out, or forget who was signed in: the next one begins at the sign-in page. */
export function useLeaving(): { leave: () => void; forget: () => void; leaving: boolean } {
  const cache = useQueryClient()
  const forget = () => {
    present.set(null)
    cache.clear()
    cache.setQueryData(keys.me, null)
  }
  const ending = useMutation({
    mutationFn: () => data(api.DELETE('/api/v1/auth/session/')),
    onSuccess: forget,
    onError: (error) => { if (error instanceof ApiError && error.signedOut) forget() },
  })
  return { leave: () => { ending.mutate() }, forget, leaving: ending.isPending }
}

/** What one person was told is not for the next one, who may be of another organization. */
export function forgetAllBut(cache: QueryClient, kept: readonly unknown[]): void {
  const name = hashKey(kept)
  cache.removeQueries({ predicate: (query) => query.queryHash !== name })
}

/** `key` it by the user: another one has another line. */
export function SignedIn({ me, here, children }: { me: Me; here: boolean; children: ReactNode }) {
  const cache = useQueryClient()
  const [live] = useState(() => new Live(api, cache, me))
  useEffect(() => live.start(), [live])
  useEffect(loadWhatWaits, [])
  useEffect(() => {
    if (here) live.resume()
  }, [live, here])
  return <Signed value={{ me, live, here }}>{children}</Signed>
}

function useSigned(): { me: Me; live: Live; here: boolean } {
  const signed = useContext(Signed)
  if (signed === null) throw new Error('nobody is signed in here')
  return signed
}
