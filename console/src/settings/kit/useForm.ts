/**
 * A form over something that the server keeps: what is typed stays until it is saved or thrown away, also while one looks elsewhere; what is
 * wrong stands at its field; and where somebody else was faster, both states are there to choose from.
 */
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import type { ApiError } from '../../api/errors'
import { same } from './same'
import { unsaved } from './unsaved'

interface Edit<Saved, Draft> {
  /** What was seen when the editing began: its version goes with what is saved. */
  readonly base: Saved
  readonly draft: Draft
}

interface Options<Saved, Draft> {
  /** Of what it is, `role/<id>`: what was typed is found again under it. */
  name: string
  saved: Saved
  draftOf: (saved: Saved) => Draft
  write: (draft: Draft, base: Saved) => Promise<Saved>
  /** It is saved, or somebody else's state was taken. */
  onSaved: (saved: Saved) => unknown
}

export interface Form<Saved, Draft> {
  readonly draft: Draft
  readonly set: (changes: Partial<Draft>) => void
  readonly dirty: boolean
  readonly busy: boolean
  /** What the server says is wrong with a field, or with a part of it. */
  readonly wrong: (field: string) => string | undefined
  /** Why it was refused, where no field that is shown is to blame. */
  readonly refusal: ApiError | null
  /** As somebody else left it meanwhile. */
  readonly current: Saved | null
  readonly save: () => void
  readonly discard: () => void
  readonly keepMine: () => void
  readonly takeTheirs: () => void
}

const kept = new Map<string, Edit<unknown, unknown>>()

export function useForm<Saved, Draft extends object>({ name, saved, draftOf, write, onSaved }: Options<Saved, Draft>): Form<Saved, Draft> {
  const [edit, setEdit] = useState(() => kept.get(name) as Edit<Saved, Draft> | undefined)
  const [mended, setMended] = useState<ReadonlySet<string>>(new Set())
  const saving = useMutation<Saved, ApiError, Edit<Saved, Draft>>({
    mutationFn: ({ draft, base }) => write(draft, base),
    onMutate: () => { setMended(new Set()) },
    onSuccess: (row) => {
      keep(undefined)
      onSaved(row)
    },
  })
  const keep = (next: Edit<Saved, Draft> | undefined) => {
    if (next === undefined) kept.delete(name)
    else kept.set(name, next)
    setEdit(next)
  }
  const draft = edit?.draft ?? draftOf(saved)
  const dirty = edit !== undefined && !same(edit.draft, draftOf(edit.base))
  useEffect(() => (dirty ? unsaved.add(name, () => { kept.delete(name) }) : undefined), [dirty, name])
  const refusal = saving.error
  const current = refusal?.code === 'stale' ? refusal.body.current as Saved : null
  const begun = edit ?? { base: saved, draft }
  return {
    draft, dirty, busy: saving.isPending, refusal, current,
    set: (changes) => {
      setMended(new Set([...mended, ...Object.keys(changes)]))
      keep({ base: begun.base, draft: { ...draft, ...changes } })
    },
    wrong: (field) => {
      if (refusal === null || mended.has(field)) return undefined
      const found = Object.entries(refusal.fields).find(([at]) => at === field || at.startsWith(`${field}.`))
      return found?.[1][0]
    },
    save: () => { saving.mutate(begun) },
    discard: () => {
      keep(undefined)
      saving.reset()
    },
    keepMine: () => {
      if (current === null) return
      const mine = { base: current, draft }
      keep(mine)
      saving.mutate(mine)
    },
    takeTheirs: () => {
      if (current === null) return
      keep(undefined)
      saving.reset()
      onSaved(current)
    },
  }
}
