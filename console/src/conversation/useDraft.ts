import { useCallback, useSyncExternalStore } from 'react'

import type { ApiError } from '../api/errors'
import { useLive } from '../app/session'
import type { Draft } from '../realtime/drafts'

/** What stands in the field of a reply or a note, on whichever tab or device it was typed. */
export function useDraft(ticket: string, internal: boolean): Draft {
  const { drafts } = useLive()
  const watch = useCallback((changed: () => void) => drafts.watch(ticket, changed), [drafts, ticket])
  return useSyncExternalStore(watch, () => drafts.of(ticket, internal))
}

/** Why the server does not save it at the moment. */
export function useRefusal(ticket: string, internal: boolean): ApiError | null {
  const { drafts } = useLive()
  const watch = useCallback((changed: () => void) => drafts.watch(ticket, changed), [drafts, ticket])
  return useSyncExternalStore(watch, () => drafts.refusal(ticket, internal))
}
