/** Under what this area's answers are kept; what begins with `lists` is fetched again by the socket's hints. */
export const portalKeys = {
  runs: ['lists', 'runs'],
  run: (id: string) => ['run', id],
  journeys: (language: string) => ['journeys', language],
  sessions: ['sessions'],
} as const
