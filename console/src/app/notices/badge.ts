/** The number of what is unread, in the tab: in its title, whatever the page writes there, and on its icon. */
import icon from '../../theme/icon.svg'

const NUMBER = /^\(\d+\+?\) /
const MOST = 99
const SIZE = 32

export function numbered(title: string, unread: number): string {
  const bare = title.replace(NUMBER, '')
  return unread === 0 ? bare : `(${shown(unread)}) ${bare}`
}

export function shown(unread: number): string {
  return unread > MOST ? `${MOST}+` : String(unread)
}

/** Keeps both right until what it returns is called. */
export function wearBadge(unread: number): () => void {
  let worn = true
  const keep = () => {
    const wanted = numbered(document.title, unread)
    if (document.title !== wanted) document.title = wanted
  }
  const watching = new MutationObserver(keep)
  watching.observe(document.head, { subtree: true, childList: true, characterData: true })
  keep()
  void drawn(unread).then((href) => { if (worn) link().href = href }, () => undefined) // the icon could not be had: the plain one stays
  return () => {
    worn = false
    watching.disconnect()
    document.title = numbered(document.title, 0)
    link().href = icon
  }
}

function link(): HTMLLinkElement {
  const found = document.querySelector<HTMLLinkElement>('link[rel="icon"]')
  if (found !== null) return found
  const made = document.createElement('link')
  made.rel = 'icon'
  document.head.append(made)
  return made
}

async function drawn(unread: number): Promise<string> {
  const pen = document.createElement('canvas').getContext('2d')
  if (unread === 0 || pen === null) return icon
  const { canvas } = pen
  canvas.width = canvas.height = SIZE
  const picture = new Image(SIZE, SIZE)
  picture.src = icon
  await picture.decode()
  pen.drawImage(picture, 0, 0, SIZE, SIZE)
  pen.fillStyle = '#d93025'
  pen.beginPath()
  pen.arc(21, 21, 11, 0, 2 * Math.PI)
  pen.fill()
  pen.fillStyle = '#fff'
  pen.font = `bold ${unread > 9 ? 12 : 15}px system-ui, sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(unread > MOST ? '…' : String(unread), 21, 22)
  return canvas.toDataURL('image/png')
}
