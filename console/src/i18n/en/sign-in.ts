export const signIn = {
  signIn: {
    title: 'Sign in', organization: 'Organization', email: 'Email address', password: 'Password', submit: 'Sign in', busy: 'Signing in…',
    forgotten: 'Forgotten your password?',
  },
} as const
