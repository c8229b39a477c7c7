/** What the server finds wrong with the draft, a moment after each change. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'

import { data } from '../api/client'
import { useApi } from '../app/session'
import { type Graph, has } from './model/graph'
import type { Problem, Problems } from './Table'

const SOON = 350 // milliseconds
const NONE: readonly Problem[] = []

/** The draft as it was when it last stood still for a moment: so often the server is asked of it, however fast one types. */
export function useSettled(graph: Graph): Graph {
  const [settled, setSettled] = useState(graph)
  useEffect(() => {
    const waiting = setTimeout(() => { setSettled(graph) }, SOON)
    return () => { clearTimeout(waiting) }
  }, [graph])
  return settled
}

export function useProblems(graph: Graph): Problems {
  const api = useApi()
  const settled = useSettled(graph)
  const asked = useQuery({
    queryKey: ['journeys', 'problems', settled],
    queryFn: () => data(api.POST('/api/v1/journeys/validate/', { body: { graph: settled } })),
    placeholderData: keepPreviousData, staleTime: Infinity, gcTime: 0, queryKeyHashFn: hash,
  })
  const found = asked.data?.problems ?? NONE
  const state = asked.isError ? 'failed' : settled !== graph || asked.isPlaceholderData || asked.data === undefined ? 'checking' : 'checked'
  return useMemo(() => {
    const all = found.filter((problem) => problem.node === null || has(graph, problem.node))
    const of = new Map<string, Problem[]>()
    for (const problem of all) if (problem.node !== null) of.set(problem.node, [...(of.get(problem.node) ?? []), problem])
    return { all, of, errors: all.filter((problem) => problem.level === 'error').length, state }
  }, [found, graph, state])
}

const numbers = new WeakMap<object, number>()
let last = 0

/** One key for one and the same graph: writing out all of it at every drawing costs more than asking. */
export function hash(key: readonly unknown[]): string {
  return key.map((part) => {
    if (typeof part !== 'object' || part === null) return String(part)
    const known = numbers.get(part) ?? (last += 1)
    numbers.set(part, known)
    return `#${known}`
  }).join(' ')
}
