/** A connection that the server ended for good begins again where one is signed in still, as after a new password. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'

import { keys } from '../api/keys'
import { useIsHere, useLive, useWatched } from '../app/session'

const PAUSE = 1_500 // milliseconds
const MOST = 3 // in a row

export function useAgain(): void {
  const cache = useQueryClient()
  const live = useLive()
  const here = useIsHere()
  const { name } = useWatched(live.state)
  const tries = useRef(0)
  useEffect(() => {
    if (name === 'ready') tries.current = 0
    if (name !== 'ended' || !here || tries.current >= MOST) return undefined
    tries.current += 1
    const again = setTimeout(() => {
      void cache.refetchQueries({ queryKey: keys.me }).then(() => { if (cache.getQueryData(keys.me)) live.resume() })
    }, PAUSE)
    return () => { clearTimeout(again) }
  }, [cache, live, here, name])
}
