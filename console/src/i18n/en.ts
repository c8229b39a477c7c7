/** Every text of the console. The other languages have the same keys, or do not compile. */
export const en = {
  app: { name: 'Pandar Chat', loading: 'Loading…', retry: 'Try again' },
  error: {
    unreachable: 'The server cannot be reached. Nothing that you wrote is lost.',
    gone: 'This is not here, or not yours to see.',
  },
  line: {
    ready: 'Connected', connecting: 'Connecting…', waiting_one: 'No connection. Next try in {{count}} second.',
    waiting_other: 'No connection. Next try in {{count}} seconds.', now: 'Try now', refused: 'The server refuses this browser. Sign in again.',
  },
  signIn: {
    title: 'Sign in', organization: 'Organization', email: 'Email address', password: 'Password', submit: 'Sign in', busy: 'Signing in…',
    forgotten: 'Forgotten your password?',
  },
  menu: { inbox: 'Inbox', administration: 'Administration', signOut: 'Sign out', theme: 'Appearance',
    account: 'Your account' },
  theme: { system: 'As the device', light: 'Light', dark: 'Dark' },
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
  conversation: {
    label: 'Conversation', none: 'Choose a ticket.', noneHint: 'j and k go through the list.',
    earlier: 'Earlier messages', note: 'Internal note', edited: 'edited', deleted: 'Deleted', you: 'You', house: 'Pandar',
    sending: 'Sending…', waiting: 'Will be sent when there is a connection', refused: 'Not sent: {{reason}}', again: 'Send again',
    discard: 'Throw away', read: 'Read', failed: 'The conversation could not be loaded.', end: 'To the newest',
    assigned: '{{who}} gave this to {{whom}}', assignedSelf: '{{who}} took this', released: '{{who}} gave this back to the queue',
    became: '{{who}} set this to {{status}}', changed: '{{who}} changed {{what}}', wasEdited: '{{who}} edited a message',
    wasDeleted: '{{who}} deleted a message',
  },
  composer: {
    reply: 'Reply', note: 'Note', replyTo: 'Reply to {{who}}', noteFor: 'Only staff see this', send: 'Send', sendNote: 'Add note',
    hint: 'Ctrl+Enter sends', tooLong: 'Too long by {{count}} characters.',
  },
  ticket: { panel: 'Ticket', status: 'Status', priority: 'Priority', category: 'Category', tags: 'Tags', assignee: 'Assignee',
    opened: 'Opened', none: 'None', deadlines: 'Deadlines', take: 'Take', release: 'Give back',
    back: 'Back to the list' },
  availability: { label: 'Your status', available: 'Available', busy: 'Busy', away: 'Away', offline: 'Offline', of: '{{load}} of {{capacity}} tickets' },
} as const

type Texts<Of> = { readonly [Key in keyof Of]: Of[Key] extends string ? string : Texts<Of[Key]> }
export type Catalogue = Texts<typeof en>
