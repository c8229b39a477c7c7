import { useEffect, useState } from 'react'

const MINUTE = 60_000

/** The present, to the minute: "5 min ago" grows while one looks. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const ticking = setInterval(() => { setNow(Date.now()) }, MINUTE)
    return () => { clearInterval(ticking) }
  }, [])
  return now
}
