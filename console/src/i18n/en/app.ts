export const app = {
  app: { name: 'Pandar Chat', loading: 'Loading…', retry: 'Try again', broken: 'Something on this page broke. What you sent is safe, and so are your drafts. Load the page again, or go to another one.', close: 'Close', cancel: 'Cancel', save: 'Save', remarks: 'Remarks', times_one: 'Once', times_other: '{{count}} times' },
  error: {
    unreachable: 'The server cannot be reached. Nothing that you wrote is lost.',
    gone: 'This is not here, or not yours to see.',
  },
  fault: {
    missing: 'Please fill this in.', email: 'Please give an email address, as in name@example.com.', malformed: 'Please check this: it is not complete.',
    short_one: 'Please give at least {{count}} character.', short_other: 'Please give at least {{count}} characters.',
  },
  menu: { queue: 'Queue', journeys: 'Journeys', settings: 'Settings', inbox: 'Inbox', administration: 'Administration', short: { administration: 'Admin', inbox: 'Inbox', queue: 'Queue', journeys: 'Journeys', settings: 'Settings', account: 'Account' }, signOut: 'Sign out', theme: 'Appearance',
    account: 'Your account' },
  theme: { system: 'As the device', light: 'Light', dark: 'Dark' },
  availability: { label: 'Your status', available: 'Available', busy: 'Busy', away: 'Away', offline: 'Offline' },
} as const
