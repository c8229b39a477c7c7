export const ticket = {
  ticket: { panel: 'Ticket', status: 'Status', priority: 'Priority', category: 'Category', tags: 'Tags', assignee: 'Assignee',
    opened: 'Opened', none: 'None', deadlines: 'Deadlines', take: 'Take', release: 'Give back',
    back: 'Back to the list' },
} as const
