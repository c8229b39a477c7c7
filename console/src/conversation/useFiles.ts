import { useLive, useWatched } from '../app/session'
import type { KeptFile } from '../realtime/files'

/** All files of this user's that are still on this device. */
export function useFiles(): readonly KeptFile[] {
  const live = useLive()
  useWatched(live.filed)
  return live.files.list
}
