import type { shell as en } from '../en/shell'
import type { Texts } from '../texts'

export const shell: Texts<typeof en> = {
  line: {
    ready: 'Connecté', connecting: 'Connexion…', lost: 'Pas de connexion depuis {{time}}', next_one: 'prochain essai dans {{count}} seconde',
    next_other: 'prochain essai dans {{count}} secondes', now: 'Essayer maintenant',
    device: 'Votre appareil est hors ligne depuis {{time}}. Ce que vous écrivez est gardé et envoyé plus tard.',
    signedOut: 'Session fermée. Ce que vous avez écrit est toujours là.', signIn: 'Se connecter', ended: 'Le serveur a fermé cette connexion.',
    again: 'Se reconnecter', rights: 'Vos droits ont changé à {{time}} ; cette page les suit.', label: 'Connexion',
  },
  again: {
    title: 'Votre session est fermée',
    text: 'Elle a été fermée ici ou ailleurs. Tout ce que vous avez écrit est toujours là : connectez-vous pour continuer, ou fermez cette fenêtre pour le copier.', barred: 'Si vous n’entrez plus, demandez à un administrateur.',
    other: 'Se connecter avec un autre compte', forgotten: 'Mot de passe oublié ? (Nouvel onglet)',
  },
  leaving: {
    title: 'Se déconnecter maintenant ?', act: 'Se déconnecter et jeter', stay: 'Rester connecté',
    failed: 'Le serveur est injoignable : vous êtes toujours connecté ici. Réessayez dans un instant.',
    unsent_one: '{{count}} message n’a pas encore été envoyé.', unsent_other: '{{count}} messages n’ont pas encore été envoyés.',
    typed: 'Un texte que vous avez saisi n’a été ni envoyé ni enregistré.',
    how: 'La déconnexion retire de cet appareil ce qui est à vous, et ceci serait perdu. Si vous restez, les messages partent dès qu’il y a une connexion.',
  },
  own: {
    load: '{{load}} sur {{capacity}}', loadOf: 'Vous avez {{load}} tickets ouverts sur {{capacity}} au plus', until: 'service jusqu’à {{time}}',
    next: 'hors service, reprise {{time}}', over: 'hors service', changed: 'Votre statut est maintenant {{status}} : on l’a changé pour vous.',
    lost: 'Votre connexion était perdue, vous êtes donc passé hors ligne : vous ne recevez pas de tickets.', offline: 'Hors ligne, vous ne recevez pas de tickets.', failed: 'Votre statut n’a pas pu être changé. {{why}}',
  },
  offline: {
    title: 'Passer hors ligne ?', act: 'Passer hors ligne',
    unanswered_one: 'Un de vos tickets n’a pas encore eu de réponse. Après {{grace}} hors ligne, il retourne dans la file.',
    unanswered_other: '{{count}} de vos tickets n’ont pas encore eu de réponse. Après {{grace}} hors ligne, ils retournent dans la file.',
    stays_one: 'Le ticket que vous traitez reste le vôtre, et les responsables voient que son agent est absent.',
    stays_other: 'Les {{count}} tickets que vous traitez restent les vôtres, et les responsables voient que leur agent est absent.',
    none: 'Vous ne recevez plus de tickets avant d’être de nouveau disponible.',
  },
  notices: {
    desktop: 'Notifications du bureau', sound: 'Son', on: 'activé', off: 'désactivé',
    assigned_one: '{{number}} est à vous', assigned_other: '{{count}} tickets sont à vous', message: 'Nouveau message de {{who}}', open: 'Ouvrir', list: 'Voir les miens',
    blockedTitle: 'Votre navigateur ne montre pas de notifications',
    blocked: 'Les notifications de ce site ont été refusées. Appuyez sur le signe à gauche de l’adresse, mettez « Notifications » sur « Autoriser », puis activez-les ici.',
    unanswered: 'Votre navigateur a demandé si Pandar peut montrer des notifications, sans réponse. Activez-les encore une fois et choisissez « Autoriser ».',
    missing: 'Ce navigateur ne peut pas montrer les notifications d’une page. Le son et le nombre dans l’onglet fonctionnent aussi ici.',
    silent: 'Le navigateur ne joue aucun son avant que vous ayez appuyé sur quelque chose dans cette page.',
  },
}
