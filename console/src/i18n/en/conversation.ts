export const conversation = {
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
    reply: 'Reply', note: 'Note', replyTo: 'Reply to {{who}}', write: 'Write a message', noteFor: 'Only staff see this', send: 'Send', sendNote: 'Add note',
    hint: 'Ctrl+Enter sends', tooLong: 'Too long by {{count}} characters.',
  },
} as const
