/** What the settings read, and under what it is kept. */
import { useQuery } from '@tanstack/react-query'

import { data } from '../api/client'
import { keys as common } from '../api/keys'
import type { components } from '../api/schema'
import { useApi } from '../app/session'

export type Schema = components['schemas']

export const keys = {
  users: ['settings', 'users'],
  roles: ['settings', 'roles'],
  permissions: ['settings', 'permissions'],
  invitations: ['settings', 'invitations'],
  organization: ['settings', 'organization'],
  queue: ['settings', 'queue'],
  categories: ['settings', 'categories'],
  skills: ['skills'],
  agents: common.agents,
  calendars: ['settings', 'calendars'],
  policies: ['settings', 'policies'],
  sessions: ['settings', 'sessions'],
} as const

export function useRoles() {
  const api = useApi()
  return useQuery({ queryKey: keys.roles, queryFn: () => data(api.GET('/api/v1/roles/')) })
}

export function useSkills() {
  const api = useApi()
  return useQuery({ queryKey: keys.skills, queryFn: () => data(api.GET('/api/v1/skills/')) })
}

export function useAgents() {
  const api = useApi()
  return useQuery({ queryKey: keys.agents, queryFn: () => data(api.GET('/api/v1/agents/')) })
}

export function useCalendars() {
  const api = useApi()
  return useQuery({ queryKey: keys.calendars, queryFn: () => data(api.GET('/api/v1/sla/calendars/')) })
}

export function usePolicies() {
  const api = useApi()
  return useQuery({ queryKey: keys.policies, queryFn: () => data(api.GET('/api/v1/sla/policies/')) })
}
