/** Who can have a ticket: agents with their load, and skills with those who have them. */
import { useQuery } from '@tanstack/react-query'

import { data } from '../api/client'
import { keys } from '../api/keys'
import type { components } from '../api/schema'
import { useApi } from '../app/session'

export type Agent = components['schemas']['Agent']
export type Skill = components['schemas']['SkillRow']

export function useAgents(enabled: boolean) {
  const api = useApi()
  return useQuery({ queryKey: keys.agents, queryFn: () => data(api.GET('/api/v1/agents/')), enabled })
}

export function useSkills(enabled: boolean) {
  const api = useApi()
  return useQuery({ queryKey: ['skills'], queryFn: () => data(api.GET('/api/v1/skills/')), enabled })
}

export function useCategories(enabled: boolean) {
  const api = useApi()
  return useQuery({ queryKey: keys.categories, queryFn: () => data(api.GET('/api/v1/categories/')), enabled })
}

/** Who can take one more comes first, then the least busy. */
export function byRoom(one: Agent, other: Agent): number {
  return rank(one) - rank(other) || one.load / one.capacity - other.load / other.capacity || one.name.localeCompare(other.name)
}

function rank(agent: Agent): number {
  return (agent.availability === 'available' ? 0 : agent.availability === 'offline' ? 4 : 2) + (agent.load < agent.capacity ? 0 : 1)
}
