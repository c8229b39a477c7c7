/** The other end of sockets, in this process: what a server does, told by the test. */
import { vi } from 'vitest'

import type { Frame } from '../../src/realtime/frames'

vi.stubGlobal('WebSocket', { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }) // Node 20 has none

export interface Heard {
  type: string
  ref?: string
  [member: string]: unknown
}

export class FakeSocket {
  static readonly all: FakeSocket[] = []
  readyState: number = WebSocket.CONNECTING
  onmessage: ((event: MessageEvent<string>) => void) | null = null
  onclose: ((event: CloseEvent) => void) | null = null
  readonly heard: Heard[] = []

  constructor() {
    FakeSocket.all.push(this)
  }

  // What the client does.

  send(text: string): void {
    this.heard.push(JSON.parse(text) as Heard)
  }

  close(code = 1000): void {
    if (this.readyState >= WebSocket.CLOSING) return
    this.readyState = WebSocket.CLOSED
    this.onclose?.({ code } as CloseEvent)
  }

  // What the server does.

  say(frame: Partial<Frame> & { type: Frame['type'] }): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as MessageEvent<string>)
  }

  ready(more: object = {}): void {
    this.readyState = WebSocket.OPEN
    const [now, expires] = [0, 3_600_000].map((later) => new Date(Date.now() + later).toISOString())
    this.say({ type: 'ready', session: 's', user: {}, ping_seconds: 25, now, expires_at: expires, history: 'one', protocol: 1, ...more } as Partial<Frame> & { type: 'ready' })
  }

  commands(type: string): Heard[] {
    return this.heard.filter((command) => command.type === type)
  }

  answer(command: Heard | undefined, frame: Partial<Frame> & { type: Frame['type'] }): void {
    this.say({ ...frame, ref: command?.ref } as Partial<Frame> & { type: Frame['type'] })
  }
}

export function latest(): FakeSocket {
  const socket = FakeSocket.all.at(-1)
  if (socket === undefined) throw new Error('nobody has connected')
  return socket
}
