/** Pages that are loaded when they are opened; each area adds its own. */
export interface Place {
  /** Its address, and below it all that the page itself knows. */
  readonly path: string
  readonly load: () => Promise<{ default: React.ComponentType }>
}

/** Below the shell, for staff. */
export const STAFF: readonly Place[] = [
  { path: '/queue', load: () => import('../queue/Board') },
  { path: '/journeys', load: () => import('../journeys') },
  { path: '/settings', load: () => import('../settings/Settings') },
]
