import type { inbox as en } from '../en/inbox'
import type { Texts } from '../texts'

export const inbox: Texts<typeof en> = {
  views: {
    label: 'Vues', mine: 'Les miens', unassigned: 'Non attribués', open: 'Tous ouverts', pending: 'En attente', breached: 'En retard',
    resolved: 'Résolus', closed: 'Fermés', skills: 'Compétences', tags: 'Étiquettes', over: 'Terminés', skill: 'Compétence',
  },
  list: {
    label: 'Tickets', empty: 'Rien ici.', emptyMine: 'Vous n’avez aucun ticket. Les nouveaux arrivent seuls tant que vous êtes disponible.',
    emptyAway: 'Vous n’avez aucun ticket, et aucun n’arrive seul tant que votre statut est « {{status}} ».', becomeAvailable: 'Devenir disponible',
    emptyNoShift: 'Vous n’avez aucun ticket, et aucun n’arrive seul hors de vos services. Un administrateur les fixe.',
    emptyNextShift: 'Vous n’avez aucun ticket. Les nouveaux arrivent seuls pendant votre prochain service, {{time}}.',
    emptyFiltered: 'Aucun ticket ne correspond.', sort: 'Trier par', waiting: 'Plus longue attente d’abord', deadline: 'Prochaine échéance d’abord',
    activity: 'Activité récente d’abord', changed: 'Derniers modifiés d’abord', priority: 'Plus haute priorité d’abord', newest: 'Tickets récents d’abord', unread_one: '{{count}} non lu', unread_other: '{{count}} non lus',
    unsent: 'Pas encore envoyé', nobody: 'Personne ne l’a', failed: 'La liste n’a pas pu être chargée.', typing: '{{name}} écrit',
    draft: 'Brouillon :', draftNote: 'Brouillon de note :', deleted: 'Message supprimé', files_one: '{{count}} fichier', files_other: '{{count}} fichiers',
    files_zero: '', note: 'Note :', answered: 'Répondu :', viewing: 'Le regardent : {{names}}',
    more_one: 'Un seul est affiché. Affinez la liste pour voir les autres.', more_other: 'Les {{count}} premiers sont affichés. Affinez la liste pour voir les autres.',
    mark: 'Cocher le ticket', markShown: 'Cocher tous ceux qui sont affichés', width: 'Largeur de la liste', filter: 'Filtrer', without: 'Retirer le filtre {{filter}}',
  },
  filter: {
    any: 'Tous', clear: 'Retirer tous les filtres', status: 'Statut', priority: 'Priorité', assignee: 'Attribué à', sla: 'Échéance', category: 'Catégorie', skill: 'Compétence',
    tag: 'Étiquette', warning: 'Moins de la moitié du temps', critical: 'Moins d’un cinquième', breached: 'En retard', me: 'Moi', none: 'Personne',
    offline: 'Agents absents',
  },
  bulk: {
    label: 'Tickets cochés', marked_one: '{{count}} coché', marked_other: '{{count}} cochés', busy: '{{done}} sur {{of}}…', take: 'Prendre', assign: 'Attribuer à',
    status: 'Changer le statut', transfer: 'Envoyer à qui sait faire', release: 'Rendre à la file d’attente', clear: 'Tout décocher', done_one: '{{count}} fait.',
    done_other: '{{count}} faits.', refused_one: '{{count}} refusé : sa ligne dit pourquoi, et il reste coché.',
    refused_other: '{{count}} refusés : leurs lignes disent pourquoi, et ils restent cochés.', unreachable: 'Le serveur est injoignable.',
  },
  priority: { low: 'Basse', normal: 'Normale', high: 'Haute', urgent: 'Urgente' },
  status: { queued: 'En file', assigned: 'Attribué', in_progress: 'En cours', pending: 'En attente', resolved: 'Résolu', closed: 'Fermé' },
  clock: {
    first_response: 'Première réponse', next_response: 'Réponse suivante', resolution: 'Solution', left: 'encore {{time}}',
    over: '{{time}} de retard', paused: 'En pause',
  },
}
