/** How statuses and priorities look. */
import type { Status } from './ticket'

type Tone = 'plain' | 'accent' | 'good' | 'warn' | 'bad'

const STATUSES: Record<Status, Tone> = { queued: 'warn', assigned: 'accent', in_progress: 'accent', pending: 'plain', resolved: 'good', closed: 'plain' }
const PRIORITIES: Readonly<Record<string, Tone>> = { high: 'warn', urgent: 'bad' }

export function statusTone(status: Status): Tone {
  return STATUSES[status]
}

export function priorityTone(priority: string): Tone {
  return PRIORITIES[priority] ?? 'plain'
}
