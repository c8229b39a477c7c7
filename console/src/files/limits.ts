/** What a message and its files may be, as the server says it; asked for once. */
import { queryOptions } from '@tanstack/react-query'

import { type Api, data } from '../api/client'
import type { components } from '../api/schema'

export type Given = components['schemas']['Limits']

export function limitsOf(api: Api) {
  return queryOptions({ queryKey: ['limits'], queryFn: () => data(api.GET('/api/v1/limits/')), staleTime: 'static', gcTime: Infinity })
}
