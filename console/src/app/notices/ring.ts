/** The sound. It is made by `tools/sound.py`. */
import { Watched } from '../../realtime/live'
import chime from './chime.wav'

/** The browser refused to play: it wants somebody to press something on the page first. */
export const silenced = new Watched(false)
let played: HTMLAudioElement | undefined

export async function ring(): Promise<void> {
  played ??= new Audio(chime)
  played.currentTime = 0
  try {
    await played.play()
    silenced.set(false)
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return // interrupted by the next one
    silenced.set(true)
    const pressed = new AbortController()
    for (const name of ['pointerdown', 'keydown']) addEventListener(name, () => { silenced.set(false); pressed.abort() }, { signal: pressed.signal })
  }
}
