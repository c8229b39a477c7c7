/** Rows of a list: pages put together, and what is heard of a ticket put into its row until the list is fetched again. */
import type { components } from '../api/schema'
import type { Frame } from '../realtime/frames'

export type Row = components['schemas']['ListedTicket']
export type LastSaid = components['schemas']['LastSaid']

export const PAGE = 25
export const FARTHEST = 400 // pages
const LAST_TEXT = 160 // characters, as the server cuts it

export interface Page {
  readonly data: readonly Row[]
  readonly count: number
  readonly count_exact?: boolean
}

/** The pages that hold the rows from `first` to `last`, as the API counts them. */
export function pagesOf(first: number, last: number): number[] {
  const from = Math.floor(first / PAGE)
  const to = Math.min(Math.floor(last / PAGE), FARTHEST - 1)
  return Array.from({ length: Math.max(to - from + 1, 1) }, (_, index) => from + index + 1)
}

/** Rows by their place; places whose page is not there are missing, and a ticket that two pages have stands where it was found first. */
export function rowsOf(pages: ReadonlyMap<number, Page>): Map<number, Row> {
  const rows = new Map<number, Row>()
  const seen = new Set<string>()
  for (const [number, page] of [...pages].sort(([one], [other]) => one - other)) {
    page.data.forEach((row, index) => {
      if (seen.has(row.id)) return
      seen.add(row.id)
      rows.set((number - 1) * PAGE + index, row)
    })
  }
  return rows
}

/** By how many rows what stood at the top of the window moved; 0 where it is not there any more. */
export function moved(before: { readonly id: string; readonly place: number } | null, rows: ReadonlyMap<number, Row>): number {
  if (before === null) return 0
  for (const [place, row] of rows) if (row.id === before.id) return place - before.place
  return 0
}

/** The row after a frame that speaks of it; the same object where the frame changes nothing of it. */
export function heard(row: Row, frame: Frame, me: string): Row {
  switch (frame.type) {
    case 'entry': {
      const { entry, seq } = frame
      if (seq <= row.head) return row
      const news = { ...row, head: seq }
      if (entry.kind === 'edit' && row.last?.seq === entry.target_seq) return { ...news, last: { ...row.last, text: entry.text.slice(0, LAST_TEXT) } }
      if (entry.kind === 'deletion' && row.last?.seq === entry.target_seq) return { ...news, last: { ...row.last, text: '', deleted: true, attachments: 0 } }
      if (entry.kind !== 'message') return news
      return {
        ...news, unread: entry.sender.id === me ? row.unread : row.unread + 1,
        last: {
          seq, at: entry.created_at, sender: entry.sender.name, staff: entry.sender.staff, internal: entry.internal, deleted: false,
          attachments: entry.attachments.length, text: entry.text.slice(0, LAST_TEXT),
        },
      }
    }
    case 'read':
      return frame.user.id === me && frame.seq >= row.head && row.unread > 0 ? { ...row, unread: 0 } : row
    case 'ticket-assigned':
      return row.assignee?.id === frame.assignee.id ? row : { ...row, assignee: frame.assignee }
    case 'ticket-updated':
      return row.version >= frame.version ? row : { ...row, status: frame.status as Row['status'] }
    default:
      return row
  }
}

/** A page after a frame; the same object where nothing of it changed. */
export function pageAfter<Kind extends Page>(page: Kind, frame: Frame, me: string): Kind {
  if (!('ticket' in frame)) return page
  const at = page.data.findIndex((row) => row.id === frame.ticket)
  const row = page.data[at]
  const after = row === undefined ? row : heard(row, frame, me)
  return after === row || after === undefined ? page : { ...page, data: page.data.with(at, after) }
}
