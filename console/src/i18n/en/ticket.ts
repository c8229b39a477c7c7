export const ticket = {
  ticket: { panel: 'Ticket', back: 'Back to the list' },
} as const
