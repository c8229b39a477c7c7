/** Who is signed in here, and what their tab hears. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'

import { type Api, data, newApi } from '../api/client'
import { ApiError } from '../api/errors'
import { keys } from '../api/keys'
import { Live, type Me, type Watched } from '../realtime/live'

const api = newApi()
const Signed = createContext<{ me: Me; live: Live } | null>(null)

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

/** The user, null where nobody is signed in, undefined while that is not known. */
export function useWhoAmI(): { me: Me | null | undefined; error: ApiError | null; again: () => void } {
  const asked = useQuery<Me | null, ApiError>({
    queryKey: keys.me,
    queryFn: () => data(api.GET('/api/v1/auth/me/')).catch((error: unknown) => {
      if (error instanceof ApiError && error.signedOut) return null
      throw error
    }),
    staleTime: Infinity,
  })
  return { me: asked.data, error: asked.data === undefined ? asked.error : null, again: () => void asked.refetch() }
}

/** `key` it by the user: another one has another line. */
export function SignedIn({ me, children }: { me: Me; children: ReactNode }) {
  const cache = useQueryClient()
  const [live] = useState(() => new Live(api, cache, me))
  useEffect(() => live.start(), [live])
  return <Signed value={{ me, live }}>{children}</Signed>
}

function useSigned(): { me: Me; live: Live } {
  const signed = useContext(Signed)
  if (signed === null) throw new Error('nobody is signed in here')
  return signed
}
