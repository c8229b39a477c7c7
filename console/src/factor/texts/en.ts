export const en = {
  title: 'Second factor', lead: 'A code of an app on your phone, beside the password: a stolen password alone opens nothing.',
  app: 'Authenticator app', on: 'On since {{when}}', off: 'Off', set: 'Set up', demanded: 'Your organization demands it.',
  codes: 'Recovery codes', left_one: '{{count}} recovery code left', left_other: '{{count}} recovery codes left', newCodes: 'New recovery codes', disable: 'Switch off',
  failed: 'It could not be looked up whether you have one.',
  setTitle: 'Set up a second factor', first: 'Please type your password first.', goOn: 'Continue',
  scan: 'Scan this with an authenticator app, then type the code that the app shows.', picture: 'QR code for your authenticator app',
  byHand: 'Cannot scan it? Type this key into the app:', open: 'The app is on this phone? Open it with the key', confirm: 'Confirm', done: 'The second factor is on.',
  codesTold: 'The ones that you have stop working.', codesDone: 'Your codes were made anew.',
  disableTitle: 'Switch off the second factor', disableTold: 'From then on your password alone lets you in.', gone: 'The second factor is off.',
  password: 'Your password', wrongPassword: 'This is not your password.', code: 'Code', codeHint: 'Six digits of your app, or a recovery code.',
  wrongCode: 'This code is not right, or was used before.',
} as const
