import { useNow as useServersTime } from '../app/clock'

const MINUTE = 60_000

/** The present, to the minute: "5 min ago" grows while one looks. */
export function useNow(): number {
  return useServersTime(MINUTE)
}
