export const inbox = {
  views: {
    label: 'Views', mine: 'Mine', unassigned: 'Unassigned', open: 'All open', pending: 'Pending', breached: 'Overdue', resolved: 'Resolved',
    closed: 'Closed', skills: 'Skills', tags: 'Tags', over: 'Done', skill: 'Skill',
  },
  list: {
    label: 'Tickets', empty: 'Nothing here.', emptyMine: 'You have no ticket. New ones come by themselves while you are available.',
    emptyAway: 'You have no ticket, and none comes by itself while your status is “{{status}}”.', becomeAvailable: 'Become available',
    emptyNoShift: 'You have no ticket, and none comes by itself outside your shifts. An administrator sets them.',
    emptyNextShift: 'You have no ticket. New ones come by themselves in your next shift, {{time}}.',
    emptyFiltered: 'No ticket is like that.', sort: 'Sort by', waiting: 'Longest waiting first', deadline: 'Next deadline first', activity: 'Newest activity first',
    changed: 'Last changed first', priority: 'Highest priority first', newest: 'Newest tickets first', unread_one: '{{count}} unread', unread_other: '{{count}} unread', unsent: 'Not sent yet',
    nobody: 'Nobody has it', failed: 'The list could not be loaded.', typing: '{{name}} is typing', draft: 'Draft:', draftNote: 'Draft note:',
    deleted: 'Message deleted', files_one: '{{count}} file', files_other: '{{count}} files', files_zero: '', note: 'Note:', answered: 'Answered:',
    viewing: 'Looking at it: {{names}}', more_one: 'Only one is shown. Narrow the list down to see the others.',
    more_other: 'The first {{count}} are shown. Narrow the list down to see the others.', mark: 'Mark the ticket', markShown: 'Mark all that are shown',
    width: 'Width of the list', filter: 'Filter', without: 'Remove the filter {{filter}}',
  },
  filter: {
    any: 'Any', clear: 'Remove all filters', status: 'Status', priority: 'Priority', assignee: 'Assignee', sla: 'Deadline', category: 'Category', skill: 'Skill', tag: 'Tag',
    warning: 'Less than half of the time left', critical: 'Less than a fifth left', breached: 'Overdue', me: 'Me', none: 'Nobody',
    offline: 'Agents who are gone',
  },
  bulk: {
    label: 'Marked tickets', marked_one: '{{count}} marked', marked_other: '{{count}} marked', busy: '{{done}} of {{of}}…', take: 'Take', assign: 'Assign to',
    status: 'Set the status', transfer: 'Send to those who can', release: 'Give back to the queue', clear: 'Unmark all', done_one: '{{count}} done.',
    done_other: '{{count}} done.', refused_one: '{{count}} not: its row says why, and it is still marked.',
    refused_other: '{{count}} not: their rows say why, and they are still marked.', unreachable: 'The server could not be reached.',
  },
  priority: { low: 'Low', normal: 'Normal', high: 'High', urgent: 'Urgent' },
  status: { queued: 'Queued', assigned: 'Assigned', in_progress: 'In progress', pending: 'Pending', resolved: 'Resolved', closed: 'Closed' },
  clock: {
    first_response: 'First answer', next_response: 'Next answer', resolution: 'Solution', left: '{{time}} left', over: '{{time}} overdue',
    paused: 'Paused',
  },
} as const
