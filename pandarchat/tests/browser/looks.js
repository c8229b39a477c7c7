/** What somebody with these eyes, in this window, would miss on the page: evaluated by `looks.py`. */
() => {
  const SLACK = 2 // pixels by which a browser rounds
  const LONGEST = 1200 // pixels of one line of text; beyond, the eye does not find the next
  const ACTS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"], [role=menuitem], [role=option], [role=tab], [role=radio], [role=checkbox], [role=switch]'
  const SIDEWAYS = 'textarea, input, pre, nav, [role=group], [role=region][tabindex="0"], :has(> table)' // what may
  const MANY = 50 // options, which are countries and the like: the browser's own names
  const root = document.documentElement

  const named = (element) => {
    const text = (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 60)
    const kind = typeof element.className === 'string' ? element.className.split(' ')[0] : ''
    return `<${element.tagName.toLowerCase()} ${kind}> “${text}”`
  }
  const forEarsOnly = (element) => {
    for (let each = element; each !== null && each !== root; each = each.parentElement) {
      const { clipPath, clip, opacity } = getComputedStyle(each)
      if (clipPath.startsWith('inset(50%') || clip === 'rect(0px, 0px, 0px, 0px)' || opacity === '0') return true
    }
    return false
  }
  const shown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.closest('[inert], [aria-hidden=true]') === null
  const drawn = (element) => shown(element) && element.getBoundingClientRect().width > 0 && !forEarsOnly(element)

  /** Why nobody comes to see this part of the page, by scrolling either; null where one does. */
  const unreachable = (element) => {
    let { left, right, top, bottom } = element.getBoundingClientRect()
    let { position } = getComputedStyle(element)
    for (let outer = element.parentElement; outer !== null && outer !== root && position !== 'fixed'; outer = outer.parentElement) {
      const style = getComputedStyle(outer)
      if (outer === document.body || (position === 'absolute' && style.position === 'static')) continue
      if (outer.classList.contains('react-flow')) return null // a canvas is moved by hand
      position = style.position
      const edge = outer.getBoundingClientRect()
      if (style.overflowX === 'hidden' || style.overflowX === 'clip') {
        if (left < edge.left - SLACK || right > edge.right + SLACK) return `cut off sideways by ${named(outer)}`
      } else if (style.overflowX !== 'visible') {
        if (left < edge.left - outer.scrollLeft - SLACK) return `left of all that ${named(outer)} scrolls to`
        ;[left, right] = [edge.left, edge.right]
      }
      if (style.overflowY === 'hidden' || style.overflowY === 'clip') {
        if (top < edge.top - SLACK || bottom > edge.bottom + SLACK) return `cut off above or below by ${named(outer)}`
      } else if (style.overflowY !== 'visible') {
        if (top < edge.top - outer.scrollTop - SLACK) return `above all that ${named(outer)} scrolls to`
        ;[top, bottom] = [edge.top, edge.bottom]
      }
    }
    if (left < -SLACK || right > innerWidth + SLACK) return 'beside the window'
    if (position === 'fixed' ? top < -SLACK || bottom > innerHeight + SLACK : top + scrollY < -SLACK) return 'above or below the window'
    return null
  }

  const wrong = []
  const texts = new Set()
  const say = (text) => {
    const tidy = text.trim().replace(/\s+/g, ' ')
    if (tidy !== '') texts.add(tidy)
  }
  if (root.scrollWidth > innerWidth) wrong.push(`the page scrolls sideways: ${root.scrollWidth} pixels wide`)

  for (const element of document.querySelectorAll('body *')) {
    if (element.scrollWidth <= element.clientWidth + SLACK || !['auto', 'scroll'].includes(getComputedStyle(element).overflowX)) continue
    if (drawn(element) && !element.matches(SIDEWAYS)) wrong.push(`${named(element)} scrolls sideways`)
  }
  for (const element of document.querySelectorAll(ACTS)) {
    if (!drawn(element) || element.matches('a[href^="#"]')) continue // that one comes when it is reached by keys
    const why = unreachable(element)
    if (why !== null) wrong.push(`${named(element)} is ${why}`)
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode() !== null) {
    const text = walker.currentNode
    const element = text.parentElement
    if (text.data.trim() === '' || element.closest('script, style, noscript') !== null) continue
    const own = element.closest('[dir=auto], [lang], code, pre, kbd')
    if (own === null || own === root) {
      if (element.tagName === 'OPTION' ? element.parentElement.length < MANY : element.checkVisibility({ visibilityProperty: true })) say(text.data)
    }
    if (element.matches('option, a[href^="#"]') || !drawn(element) || element.closest('.react-flow') !== null) continue
    const { overflowX, textOverflow, webkitLineClamp } = getComputedStyle(element)
    if (overflowX !== 'visible' && textOverflow !== 'ellipsis' && webkitLineClamp === 'none' && overflowX !== 'auto' && overflowX !== 'scroll'
      && element.scrollWidth > element.clientWidth + SLACK) wrong.push(`the text of ${named(element)} is cut off`)
    const why = unreachable(element)
    if (why !== null) wrong.push(`the text ${named(element)} is ${why}`)
    const range = document.createRange()
    range.selectNodeContents(text)
    if (textOverflow !== 'ellipsis' && [...range.getClientRects()].some((line) => line.width > LONGEST)) wrong.push(`a line of ${named(element)} is longer than ${LONGEST} pixels`)
  }
  for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt], [aria-valuetext], [aria-roledescription]')) {
    const own = element.closest('[lang]')
    if (!element.checkVisibility({ visibilityProperty: true }) || (own !== null && own !== root) || /^\p{Extended_Pictographic}/u.test(element.textContent)) continue
    for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'aria-valuetext', 'aria-roledescription']) say(element.getAttribute(name) ?? '')
  }
  say(document.title)
  return { wrong: [...new Set(wrong)], texts: [...texts] }
}
