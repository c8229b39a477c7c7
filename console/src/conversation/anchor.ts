/** Keeps a list where its reader is: at its end, or with the same line at the same height, whatever comes in above, below or in between. */
const AT_END = 32 // pixels

export class Anchor {
  #pinned = true
  #line: Element | null = null
  #top = 0
  #set = 0 // where we scrolled to
  readonly #box: HTMLElement

  constructor(box: HTMLElement) {
    this.#box = box
  }

  get atEnd(): boolean {
    return this.#pinned
  }

  /** The list was scrolled: by its reader, whose place this is from now on, or by ourselves, while something more may have come in. */
  moved(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#box
    const atEnd = scrollHeight - scrollTop - clientHeight < AT_END
    if (!atEnd && Math.abs(scrollTop - this.#set) < 1) this.settle()
    else {
      this.#pinned = atEnd
      this.#remember()
    }
  }

  /** Something changed its size or came in: back to the reader's place, before anybody sees it. */
  settle(): void {
    const box = this.#box
    if (this.#pinned) box.scrollTop = box.scrollHeight
    else if (this.#line?.isConnected === true) {
      const by = this.#height(this.#line) - this.#top
      if (Math.abs(by) >= 0.5) box.scrollTop += by
      this.#set = box.scrollTop
      this.#pinned = box.scrollHeight - box.scrollTop - box.clientHeight < 1
      return // the place stays what the reader chose: what is rounded away now does not add up
    }
    this.#remember()
  }

  toEnd(): void {
    this.#pinned = true
    this.settle()
  }

  /** A line comes to stand at this part of the height, unless it is seen from the end too. */
  show(line: Element, part: number): void {
    if (this.#height(line) >= 0) return
    this.#pinned = false
    this.#box.scrollTop += this.#height(line) - this.#box.clientHeight * part
    this.#remember()
  }

  /** The first line that is seen. */
  #remember(): void {
    const block = first(this.#box.querySelectorAll('[data-block]'), (found) => this.#height(found) + found.clientHeight > 0)
    const line = block === undefined ? undefined : first(block.querySelectorAll('[data-seq]'), (found) => this.#height(found) >= 0)
    this.#line = line ?? block ?? null
    this.#top = this.#line === null ? 0 : this.#height(this.#line)
    this.#set = this.#box.scrollTop
  }

  #height(line: Element): number {
    return line.getBoundingClientRect().top - this.#box.getBoundingClientRect().top
  }
}

/** The first that fits of a list in which those that fit come last. */
function first(list: NodeListOf<Element>, fits: (element: Element) => boolean): Element | undefined {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const element = list[middle]
    if (element !== undefined && fits(element)) high = middle
    else low = middle + 1
  }
  return list[low]
}
