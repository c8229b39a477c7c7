/** Where things are: every page lies below the organization's short name. */
import { useParams } from 'react-router'

export function useOrganization(): string {
  const { organization = '' } = useParams()
  return organization
}

/** `at('tickets/…')`: the address of one of this organization's pages. */
export function useAt(): (page?: string) => string {
  const organization = useOrganization()
  return (page = '') => `/portal/${encodeURIComponent(organization)}/${page}`
}

/** Where one was going before one had to sign in, if it is a page of this organization; else `otherwise`. */
export function wanted(state: unknown, otherwise: string): string {
  const from = typeof state === 'object' && state !== null && 'from' in state && typeof state.from === 'string' ? state.from : ''
  return from.startsWith(otherwise) ? from : otherwise
}
