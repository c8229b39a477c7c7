/** Nodes of the canvas are drawn when they come into view, and are gone when they leave it. */
import { createContext, useContext, useLayoutEffect, useRef } from 'react'

interface Comings {
  comes: (id: string, node: HTMLElement) => void
  goes: (id: string, node: HTMLElement) => void
}

export const Coming = createContext<Comings | null>(null)

/** A ref for what the node shows; the node itself, which has the cursor, is around it. */
export function useComing(id: string) {
  const inner = useRef<HTMLDivElement>(null)
  const coming = useContext(Coming)
  useLayoutEffect(() => {
    const node = inner.current?.closest<HTMLElement>('.react-flow__node')
    if (node == null || coming === null) return undefined
    coming.comes(id, node)
    return () => { coming.goes(id, node) }
  }, [id, coming])
  return inner
}
