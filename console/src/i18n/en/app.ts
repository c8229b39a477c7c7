export const app = {
  app: { name: 'Pandar Chat', loading: 'Loading…', retry: 'Try again', broken: 'Something on this page broke. What you sent is safe, and so are your drafts. Load the page again, or go to another one.', close: 'Close', cancel: 'Cancel', save: 'Save', remarks: 'Remarks' },
  error: {
    unreachable: 'The server cannot be reached. Nothing that you wrote is lost.',
    gone: 'This is not here, or not yours to see.',
  },
  menu: { queue: 'Queue', journeys: 'Journeys', settings: 'Settings', inbox: 'Inbox', administration: 'Administration', signOut: 'Sign out', theme: 'Appearance',
    account: 'Your account' },
  theme: { system: 'As the device', light: 'Light', dark: 'Dark' },
  availability: { label: 'Your status', available: 'Available', busy: 'Busy', away: 'Away', offline: 'Offline' },
} as const
