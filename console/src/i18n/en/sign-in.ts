export const signIn = {
  signIn: {
    title: 'Sign in', organization: 'Organization', email: 'Email address', password: 'Password', submit: 'Sign in', busy: 'Signing in…',
    forgotten: 'Forgotten your password?', over: 'That took too long. Please sign in once more.',
    code: 'Code', codeWhere: 'Your authenticator app shows a code for Pandar Chat. Please type it here.',
    codeHint: 'Six digits. Without your phone, one of your recovery codes does as well.', confirm: 'Confirm', back: 'Back to the password',
    enrol: 'Your organization asks for a second factor. Scan this with an authenticator app, then type the code that the app shows.',
    picture: 'QR code for your authenticator app', byHand: 'Cannot scan it? Type this key into the app:',
    recovery: 'Your recovery codes', recoveryWhy: 'Each of them lets you in once when your phone is lost. They are shown only now.',
    copy: 'Copy', copied: 'Copied', download: 'Save as a file', kept: 'I have kept them in a safe place', goOn: 'Go on',
  },
} as const
