import { pieces } from './links'

/** A text whose addresses can be followed. */
export function Linked({ text }: { text: string }) {
  return pieces(text).map(({ text: part, href }, index) => (
    href === null ? part : <a key={index} href={href} target="_blank" rel="noopener noreferrer nofollow">{part}</a>
  ))
}
