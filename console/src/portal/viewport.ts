/** The height that is really seen: less the keyboard, which some phones lay over the page without telling `dvh`. */
import { useEffect } from 'react'

export function useViewport(): void {
  useEffect(() => {
    const { visualViewport } = window
    if (visualViewport === null) return undefined
    const { style } = document.documentElement
    const fit = () => {
      style.setProperty('--seen', `${String(Math.round(visualViewport.height))}px`)
      if (visualViewport.scale === 1) window.scrollTo(0, 0) // the page itself does not scroll; its parts do
    }
    fit()
    visualViewport.addEventListener('resize', fit)
    return () => {
      visualViewport.removeEventListener('resize', fit)
      style.removeProperty('--seen')
    }
  }, [])
}
