import type { signIn as en } from '../en/sign-in'
import type { Texts } from '../texts'

export const signIn: Texts<typeof en> = {
  signIn: {
    title: 'Connexion', organization: 'Organisation', email: 'Adresse e-mail', password: 'Mot de passe', submit: 'Se connecter',
    busy: 'Connexion…', forgotten: 'Mot de passe oublié ?', over: 'Cela a pris trop de temps. Connectez-vous de nouveau.',
    code: 'Code', codeWhere: 'Votre application d’authentification affiche un code pour Pandar Chat. Saisissez-le ici.',
    codeHint: 'Six chiffres. Sans votre téléphone, un de vos codes de secours convient aussi.', confirm: 'Confirmer',
    back: 'Revenir au mot de passe',
    enrol: 'Votre organisation demande un second facteur. Scannez ceci avec une application d’authentification, puis saisissez le code affiché.',
    picture: 'Code QR pour votre application d’authentification', byHand: 'Impossible de le scanner ? Saisissez cette clé dans l’application :',
    recovery: 'Vos codes de secours', recoveryWhy: 'Chacun vous laisse entrer une fois si votre téléphone est perdu. Ils ne sont montrés que maintenant.',
    copy: 'Copier', copied: 'Copié', download: 'Enregistrer dans un fichier', kept: 'Je les ai mis en lieu sûr', goOn: 'Continuer',
  },
}
