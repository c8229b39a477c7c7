/** Under what answers are kept, so that what makes one old can name it. */
export const keys = {
  me: ['me'],
  lists: ['lists'],
  tickets: (query: object, ...page: readonly number[]) => ['lists', 'tickets', query, ...page],
  counts: ['lists', 'counts'],
  drafts: ['drafts'],
  queue: ['lists', 'queue'],
  ticket: (id: string) => ['ticket', id],
  agents: ['agents'],
  own: ['agents', 'me'],
  categories: ['categories'],
  mine: ['mine'],
} as const
