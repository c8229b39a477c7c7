/** The place that a page keeps for remarks, where nothing lies beneath them. */
let kept: HTMLElement | null = null
const watchers = new Set<() => void>()

export function placeKept(): HTMLElement | null {
  return kept
}

export function watchPlace(changed: () => void): () => void {
  watchers.add(changed)
  return () => watchers.delete(changed)
}

/** The `ref` of the element that is it. */
export function keepPlace(element: HTMLElement | null): void {
  kept = element
  for (const changed of watchers) changed()
}

/** The place is made as high as the box that stands over it, wherever the page moves it; until what it returns is called. */
export function makeRoom(box: HTMLElement, place: HTMLElement): () => void {
  const put = () => {
    place.style.height = `${box.offsetHeight}px`
    const { left, width, bottom } = place.getBoundingClientRect()
    box.style.left = `${left + width / 2}px`
    box.style.bottom = `${innerHeight - bottom}px`
    box.style.maxWidth = `${width}px`
  }
  box.dataset.placed = 'true'
  place.dataset.some = 'true'
  const resized = new ResizeObserver(put)
  for (const each of [box, place, document.body]) resized.observe(each)
  put()
  return () => {
    resized.disconnect()
    delete place.dataset.some
    delete box.dataset.placed
    place.style.height = ''
    box.removeAttribute('style')
  }
}
