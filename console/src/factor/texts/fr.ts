import type { Texts } from '../../i18n/texts'
import type { en } from './en'

export const fr: Texts<typeof en> = {
  title: 'Second facteur', lead: 'Un code d’une application sur votre téléphone, en plus du mot de passe : un mot de passe volé n’ouvre rien à lui seul.',
  app: 'Application d’authentification', on: 'Actif depuis le {{when}}', off: 'Inactif', set: 'Mettre en place', demanded: 'Votre organisation l’exige.',
  codes: 'Codes de secours', left_one: '{{count}} code de secours restant', left_other: '{{count}} codes de secours restants', newCodes: 'Nouveaux codes de secours', disable: 'Désactiver',
  failed: 'Impossible de savoir si vous en avez un.',
  setTitle: 'Mettre en place un second facteur', first: 'Saisissez d’abord votre mot de passe.', goOn: 'Continuer',
  scan: 'Scannez ceci avec une application d’authentification, puis saisissez le code qu’elle affiche.', picture: 'Code QR pour votre application d’authentification',
  byHand: 'Impossible de le scanner ? Saisissez cette clé dans l’application :', open: 'L’application est sur ce téléphone ? Ouvrez-la avec la clé', confirm: 'Confirmer', done: 'Le second facteur est actif.',
  codesTold: 'Ceux que vous avez cesseront de fonctionner.', codesDone: 'Vos codes ont été renouvelés.',
  disableTitle: 'Désactiver le second facteur', disableTold: 'Ensuite, votre mot de passe suffira pour entrer.', gone: 'Le second facteur est désactivé.',
  password: 'Votre mot de passe', wrongPassword: 'Ce n’est pas votre mot de passe.', code: 'Code', codeHint: 'Six chiffres de votre application, ou un code de secours.',
  wrongCode: 'Ce code n’est pas le bon, ou a déjà servi.',
}
