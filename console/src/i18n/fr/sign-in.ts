import type { signIn as en } from '../en/sign-in'
import type { Texts } from '../texts'

export const signIn: Texts<typeof en> = {
  signIn: {
    title: 'Connexion', organization: 'Organisation', email: 'Adresse e-mail', password: 'Mot de passe', submit: 'Se connecter',
    busy: 'Connexion…', forgotten: 'Mot de passe oublié ?',
  },
}
