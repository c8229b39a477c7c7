export const shell = {
  line: {
    ready: 'Connected', connecting: 'Connecting…', lost: 'No connection since {{time}}', next_one: 'next try in {{count}} second',
    next_other: 'next try in {{count}} seconds', now: 'Try now',
    device: 'Your device is offline since {{time}}. What you write is kept and sent later.',
    signedOut: 'Signed out. What you typed is still here.', signIn: 'Sign in', ended: 'The server ended this connection.', again: 'Connect again',
    rights: 'Your permissions changed at {{time}}; this page follows them.', label: 'Connection',
  },
  again: {
    title: 'You were signed out', text: 'Your session was ended, here or from elsewhere. Everything you typed is still here: sign in again to go on, or close this window to copy it.', barred: 'If you are not let in any more, ask an administrator.',
    other: 'Sign in as somebody else', forgotten: 'Forgotten your password? (New tab)',
  },
  leaving: {
    title: 'Sign out now?', act: 'Sign out and discard', stay: 'Stay signed in', failed: 'The server cannot be reached: you are still signed in here. Try again in a moment.',
    unsent_one: '{{count}} message was not sent yet.', unsent_other: '{{count}} messages were not sent yet.',
    typed: 'Something that you typed was neither sent nor saved.',
    how: 'Signing out removes what is yours from this device, and this would be lost. If you stay, messages go out as soon as there is a connection.',
  },
  own: {
    load: '{{load}} of {{capacity}}', loadOf: 'You have {{load}} open tickets of at most {{capacity}}', until: 'shift until {{time}}',
    next: 'no shift now, next {{time}}', over: 'no shift now', changed: 'Your status is now {{status}}: it was changed for you.',
    lost: 'Your connection was gone, so you were set offline: you get no tickets.', offline: 'You get no tickets while you are offline.', failed: 'Your status could not be changed. {{why}}',
  },
  offline: {
    title: 'Go offline now?', act: 'Go offline',
    unanswered_one: 'One of your tickets has had no answer yet. When you have been offline for {{grace}}, it goes back into the queue.',
    unanswered_other: '{{count}} of your tickets have had no answer yet. When you have been offline for {{grace}}, they go back into the queue.',
    stays_one: 'The ticket you are working on stays yours, and managers see that its agent is away.',
    stays_other: 'The {{count}} tickets you are working on stay yours, and managers see that their agent is away.',
    none: 'You get no new tickets until you are available again.',
  },
  notices: {
    desktop: 'Desktop notifications', sound: 'Sound', on: 'on', off: 'off',
    assigned_one: '{{number}} is yours now', assigned_other: '{{count}} tickets are yours now', message: 'New message from {{who}}', open: 'Open', list: 'Show mine',
    blockedTitle: 'Your browser shows no notifications',
    blocked: 'Notifications of this site were refused before. Press the sign to the left of the address, set “Notifications” to “Allow”, and switch them on here again.',
    unanswered: 'Your browser asked whether Pandar may show notifications, and got no answer. Switch them on once more, and choose “Allow”.',
    missing: 'This browser cannot show notifications of a page. Sound and the number in the tab work here too.',
    silent: 'The browser plays no sound before you have pressed something on this page.',
  },
} as const
