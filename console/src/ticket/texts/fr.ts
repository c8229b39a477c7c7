import type { Texts } from '../../i18n/texts'
import type { en } from './en'

export const fr: Texts<typeof en> = {
  field: {
    subject: 'Objet', status: 'Statut', priority: 'Priorité', category: 'Catégorie', tags: 'Étiquettes', assignee: 'Attribué à',
    skill: 'Compétence requise', opened: 'Ouvert',
  },
  channel: { web: 'Web', chat: 'Chat', api: 'API' },
  none: 'Aucun', nobody: 'Personne', me: '{{name}} (vous)', edit: 'Modifier : {{field}}', save: 'Enregistrer', cancel: 'Annuler', loading: 'Chargement…',
  moveSection: 'Déplacer « {{title}} » avec les flèches', movedTo: '« {{title}} » est maintenant au rang {{place}} sur {{of}}',
  section: {
    ticket: 'Détails', deadlines: 'Échéances', customer: 'Client', earlier: 'Autres conversations', answers: 'Réponses du parcours', related: 'Suites',
    timeline: 'Ce qui s’est passé',
  },
  act: {
    assign: 'Attribuer', status: 'Changer le statut', priority: 'Changer la priorité', take: 'Prendre le ticket', release: 'Rendre à la file d’attente',
    resolve: 'Résoudre et passer au suivant', transfer: 'Transférer par compétence', subject: 'Changer l’objet', tag: 'Ajouter une étiquette',
    category: 'Changer la catégorie', setStatus: 'Statut : {{status}}', setPriority: 'Priorité : {{priority}}',
    words: { assign: 'réattribuer donner', take: 'm’attribuer', transfer: 'équipe', release: 'libérer', resolve: 'fermer terminer' },
  },
  take: 'Prendre', assign: {
    title: 'Qui s’en occupe ?', placeholder: 'Un agent ou une compétence', load: '{{load}} tickets sur {{capacity}}',
    full: 'complet, {{load}} tickets sur {{capacity}}', away: '{{availability}}, {{load}} tickets sur {{capacity}}', offShift: 'hors service',
    has: 'l’a maintenant', knows: 'connaît {{skill}}', agent: 'Agent', skill: 'Compétence', skilled_one: '{{available}} agent disponible sur {{count}}',
    skilled_other: '{{available}} agents disponibles sur {{count}}', nobodyKnows: 'aucun agent ne l’a', failed: 'Les agents n’ont pas pu être chargés.',
    noAgents: 'Pour le donner à un agent précis, il faut un droit qu’ont les responsables. Envoyez-le à une compétence, ou demandez à un responsable.',
    noSkills: 'Il n’y a pas encore de compétence à laquelle l’envoyer.',
  },
  transfer: {
    title: 'Transférer à {{skill}}', note: 'Note pour qui le prendra', noteHint: 'Seul le personnel la voit.', submit: 'Transférer',
    what: 'Le ticket retourne dans la file et attend quelqu’un qui a cette compétence. Il ne vous reviendra pas.',
    done: 'Transféré à {{skill}}. {{reason}}',
  },
  resolved: '{{number}} est résolu.', open: 'L’ouvrir',
  tags: { add: 'Ajouter une étiquette', remove: 'Retirer l’étiquette {{tag}}', create: 'Nouvelle étiquette « {{tag}} »', placeholder: 'Étiquette',
    tooMany: 'Un ticket a 20 étiquettes au plus.' },
  clash: {
    title: 'Modifié entre-temps par quelqu’un d’autre', intro: '{{who}} a modifié ce ticket en même temps que vous. Rien n’est perdu : choisissez la version qui compte.',
    somebody: 'Quelqu’un', mine: 'La vôtre', theirs: 'La leur', before: 'Avant : {{value}}', keepTheirs: 'Garder la leur', useMine: 'Prendre la mienne',
    notAllowed: 'Votre version n’est plus possible : le statut du ticket est maintenant « {{status}} ».',
  },
  lost: 'Vous ne pouvez plus modifier ceci. Ce que vous avez écrit reste ici : copiez-le avant de fermer, ou demandez ce droit à un administrateur.',
  meanwhile: '{{who}} l’a changé entre-temps en « {{value}} ». Ce que vous avez écrit est gardé.',
  refused: {
    unreachable: 'Le serveur est injoignable. Le ticket est resté comme il était.', again: 'Réessayer', dismiss: 'Fermer', typed: 'Vous aviez écrit :',
    at_capacity: '{{load}} tickets sur {{capacity}} sont pris : il n’y a plus de place. Choisissez quelqu’un d’autre, ou augmentez la capacité.',
    move_refused: 'Un ticket dont le statut est « {{status}} » ne peut pas y passer. Ce qui est possible maintenant est proposé.',
    already_assigned: 'Il est déjà à cet agent.', not_an_agent: 'Cette personne ne reçoit pas de tickets. Choisissez quelqu’un d’autre.',
    closed: 'Un ticket fermé ne change plus.', forbidden: 'Vous n’en avez pas le droit. Demandez à quelqu’un qui l’a, ou le droit à un administrateur.',
    gone: 'Ce ticket n’existe plus, ou ne vous est pas accessible.', later: 'C’était trop à la fois. Réessayez dans un instant.',
  },
  customer: {
    since: 'Client depuis', seen: 'Vu', never: 'Pas connecté', confirmed: 'confirmé', unconfirmed: 'non confirmé',
    inactive: 'Ne peut pas se connecter', tickets: 'Tickets', countMore: 'plus de {{count}}', open_one: '{{count}} ouvert',
    open_other: '{{count}} ouverts', write: 'Écrire un e-mail', failed: 'Le profil n’a pas pu être chargé.',
  },
  earlier: { none: 'Il n’y en a pas d’autre.', failed: 'La liste n’a pas pu être chargée.', all: 'En voir plus' },
  answers: { none: 'Pas de réponse', failed: 'Les réponses n’ont pas pu être chargées.', picture: 'Image pour « {{question}} »' },
  related: { of: 'Fait suite à', by: 'Suivi de' },
  deadlines: {
    none: 'Rien n’est promis pour ce ticket.', paused: 'en pause', due: 'pour {{time}}', met: 'tenue, {{time}}', missed: 'en retard, {{time}}', left: 'encore {{time}}',
    over: '{{time}} de retard',
  },
  timeline: {
    filter: 'Ce qui est montré', all: 'Tout', status: 'Statut', assignment: 'Attribution', change: 'Modifications', sla: 'Escalade', none: 'Rien encore.',
    older: 'Voir plus ancien', failed: 'L’historique n’a pas pu être chargé.', house: 'Pandar', opened: '{{who}} l’a ouvert', took: '{{who}} l’a pris',
    gave: '{{who}} l’a donné à {{whom}}', queued: '{{who}} l’a rendu à la file d’attente', became: '{{who}} : {{from}} → {{to}}',
    changed: '{{who}} a changé {{field}} : {{from}} → {{to}}', added: '{{who}} a ajouté {{what}}', removed: '{{who}} a retiré {{what}}',
    both: '{{who}} a ajouté {{added}} et retiré {{removed}}', sent: '{{who}} l’a envoyé à {{skill}}',
    escalated: '{{clock}} manquée : escalade {{level}}, priorité {{priority}}', other: '{{who}} a changé {{field}}',
  },
}
