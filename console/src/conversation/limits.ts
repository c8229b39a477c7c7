/** What a message may hold, as the server says it. */
import { useQuery } from '@tanstack/react-query'

import { useApi } from '../app/session'
import { type Given, limitsOf } from '../files/limits'
import { isDrawn } from '../files/shrink'

export interface Limits {
  readonly given: Given | undefined
  /** By how many characters a text is too long. */
  readonly over: (text: string) => number
}

export function useLimits(): Limits {
  const api = useApi()
  const given = useQuery(limitsOf(api)).data
  return { given, over: (text) => (given === undefined ? 0 : tooLong(text, given.message_characters)) }
}

/** The server counts characters, JavaScript halves of some. */
export function tooLong(text: string, most: number): number {
  return text.length <= most ? 0 : Math.max(0, Array.from(text).length - most)
}

export type Unfit = 'large' | 'type' | 'many'

/** Which files can be taken beside so many that are there, and why the others cannot. The server looks into them, here only the type is known. */
export function sorted(files: readonly File[], there: number, given: Given | undefined): { fit: File[]; unfit: { file: File; why: Unfit }[] } {
  const fit: File[] = []
  const unfit: { file: File; why: Unfit }[] = []
  for (const file of files) {
    const why = given === undefined ? null : there + fit.length >= given.attachments ? 'many' : isDrawn(file.type) ? null
      : file.size > given.file_bytes ? 'large' : file.type !== '' && !given.file_types.includes(file.type) ? 'type' : null
    if (why === null) fit.push(file)
    else unfit.push({ file, why })
  }
  return { fit, unfit }
}
