export const keyboard = {
  palette: {
    label: 'What would you like to do?', placeholder: 'Find an act, a view or a ticket', none: 'Nothing is called “{{text}}”.', results: 'What was found',
    open: 'Find an act or a ticket', found_one: '{{count}} found', found_other: '{{count}} found', foot: 'to choose · to do it · to close',
  },
  keys: {
    title: 'Keys', hint: 'Single keys work while you are not typing.', help: 'Show all keys', notNow: 'not possible at the moment',
    group: { list: 'List', conversation: 'Conversation', ticket: 'Ticket', pictures: 'While you look at pictures', journey: 'Journey', go: 'Go to', app: 'Everywhere', tickets: 'Tickets' },
  },
  act: {
    next: 'Next ticket', previous: 'Previous ticket', send: 'Send', editLast: 'Edit your last message, in an empty field', saveMessage: 'Save the edited message', leaveMessage: 'Leave the message as it was',
    leaveField: 'Leave the text, so that letters are keys again',
    first: 'First ticket', last: 'Last ticket', further: 'Eight tickets down', back: 'Eight tickets up', reply: 'Reply', note: 'Write an internal note', search: 'Search', inbox: 'Inbox',
  },
} as const
