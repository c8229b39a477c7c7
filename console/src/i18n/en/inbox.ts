export const inbox = {
  views: { label: 'Views', mine: 'Mine', unassigned: 'Unassigned', open: 'All open', pending: 'Pending', breached: 'Overdue', closed: 'Closed' },
  list: {
    label: 'Tickets', empty: 'Nothing here.', emptyMine: 'You have no ticket. New ones come by themselves while you are available.',
    sort: 'Sort by', waiting: 'Waiting longest', activity: 'Last activity', priority: 'Priority', newest: 'Newest',
    unread_one: '{{count}} unread', unread_other: '{{count}} unread', unsent: 'Not sent:', nobody: 'Nobody',
    failed: 'The list could not be loaded.',
  },
  priority: { low: 'Low', normal: 'Normal', high: 'High', urgent: 'Urgent' },
  status: { queued: 'Queued', assigned: 'Assigned', in_progress: 'In progress', pending: 'Pending', resolved: 'Resolved', closed: 'Closed' },
  clock: {
    first_response: 'First answer', next_response: 'Next answer', resolution: 'Solution', left: '{{time}} left', over: '{{time}} overdue',
    paused: 'Paused',
  },
} as const
