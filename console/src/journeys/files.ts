/** Journeys as files: read from one, written to one. */
import type { Graph } from './model/graph'
import { isMembers, type Json, type Members } from './model/json'

export const LARGEST = 1_000_000 // bytes, as the server takes them

export type Read = { readonly file: Members } | { readonly wrong: 'notJson' | 'notJourney' | 'tooLarge' }

/** What stands in a file: an export, or a bare graph. */
export async function read(file: File): Promise<Read> {
  if (file.size > LARGEST) return { wrong: 'tooLarge' }
  try {
    const found = JSON.parse(await file.text()) as Json
    return isMembers(found) && isMembers(graphOf(found).nodes) ? { file: found } : { wrong: 'notJourney' }
  } catch {
    return { wrong: 'notJson' }
  }
}

/** The graph of a file of either form. */
export function graphOf(file: Members): Graph {
  return isMembers(file.graph) ? file.graph : file
}

/** Without the ending of its file: a name where the file has none inside. */
export function named(file: File): string {
  return file.name.replace(/\.json$/iu, '').trim().slice(0, 200)
}

export function download(name: string, content: object): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(content, null, 2)}\n`], { type: 'application/json' }))
  const link = Object.assign(document.createElement('a'), { href: url, download: `${name.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/gu, '') || 'journey'}.json` })
  link.click()
  setTimeout(() => { URL.revokeObjectURL(url) }, 60_000)
}
