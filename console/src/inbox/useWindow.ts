/** Which rows of a long list stand in its window. All are equally high, so that a division says it. */
import { type RefObject, useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'

/** Rows `first` to `last`, both drawn; `last` is before `first` where there is none. */
export interface Range {
  readonly first: number
  readonly last: number
}

interface List {
  readonly count: number
  /** The height of a row, in pixels. */
  readonly row: number
  /** How many rows are drawn above and below the window. */
  readonly around: number
}

export function rangeOf({ count, row, around }: List, top: number, height: number): Range {
  return { first: Math.max(0, Math.floor(top / row) - around), last: Math.min(count - 1, Math.ceil((top + height) / row) - 1 + around) }
}

/** Where one has to scroll to, so that a row is seen whole: no further than that. */
export function scrolledTo(place: number, row: number, top: number, height: number): number {
  return Math.min(place * row, Math.max((place + 1) * row - height, top))
}

/** `start`: where the list is left off, in pixels. */
export function useWindow(box: RefObject<HTMLElement | null>, list: List, start: number) {
  const { row } = list
  const [{ top, height }, setPlace] = useState(() => ({ top: start, height: innerHeight }))
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    const look = () => {
      const { scrollTop, clientHeight } = element
      setPlace((before) => (Math.floor(before.top / row) === Math.floor(scrollTop / row) && before.height === clientHeight ? before : { top: scrollTop, height: clientHeight }))
    }
    const scrolled = () => { flushSync(look) } // in the frame that shows where one scrolled to
    if (start > 0) element.scrollTo({ top: start, behavior: 'instant' })
    look()
    const resized = new ResizeObserver(look)
    resized.observe(element)
    element.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', scrolled)
    }
  }, [box, row, start])
  const show = (place: number) => {
    const element = box.current
    element?.scrollTo({ top: scrolledTo(place, row, element.scrollTop, element.clientHeight), behavior: 'instant' })
  }
  return { ...rangeOf(list, top, height), show }
}
