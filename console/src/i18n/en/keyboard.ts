export const keyboard = {
  palette: {
    label: 'What would you like to do?', placeholder: 'Find an act, a view or a ticket', none: 'Nothing is called “{{text}}”.', results: 'What was found',
    open: 'Find an act or a ticket', found_one: '{{count}} found', found_other: '{{count}} found', foot: 'to choose · to do it · to close',
  },
  keys: {
    title: 'Keys', hint: 'Single keys work while you are not typing.', help: 'Show all keys', notNow: 'not possible at the moment',
    group: { list: 'List', conversation: 'Conversation', ticket: 'Ticket', journey: 'Journey', go: 'Go to', app: 'Everywhere', tickets: 'Tickets' },
  },
  act: {
    next: 'Next ticket', previous: 'Previous ticket', reply: 'Reply', note: 'Write an internal note', search: 'Search', inbox: 'Inbox',
  },
} as const
