/** What goes over the socket, by the types that openapi.yaml has of it. */
import type { components } from '../api/schema'

type Schemas = components['schemas']

export type Frame = Schemas['SocketFrame']
export type FrameOf<Type extends Frame['type']> = Extract<Frame, { type: Type }>
export type Entry = Schemas['Entry']
export type EntryOf<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>
export type Command = Schemas['SocketCommand']
export type Person = FrameOf<'typing'>['user']
export type Attachment = EntryOf<'message'>['attachments'][number]
