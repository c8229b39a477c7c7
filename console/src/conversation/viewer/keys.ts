/** Keys of the window that shows pictures: it hears them, and the sheet of keys has them while there is none open. */
export const VIEWER_KEYS = [
  { id: 'larger', own: ['+', '='] }, { id: 'smaller', own: ['-'] }, { id: 'fit', own: ['0'] },
  { id: 'turnRight', own: ['r'] }, { id: 'turnLeft', own: ['Shift+R'] }, { id: 'download', own: ['d'] },
  { id: 'before', own: ['ArrowLeft', 'PageUp'] }, { id: 'after', own: ['ArrowRight', 'PageDown'] }, { id: 'first', own: ['Home'] }, { id: 'last', own: ['End'] },
  { id: 'up', own: ['ArrowUp'] }, { id: 'down', own: ['ArrowDown'] },
] as const
export type ViewerAct = (typeof VIEWER_KEYS)[number]['id']

/** What a key does there. */
export function viewerAct(key: string): ViewerAct | undefined {
  return VIEWER_KEYS.find(({ own }) => own.some((one) => one === key))?.id
}

/** The key that tooltips show. */
export function viewerKey(id: ViewerAct): string {
  return VIEWER_KEYS.find((act) => act.id === id)?.own[0] ?? ''
}
