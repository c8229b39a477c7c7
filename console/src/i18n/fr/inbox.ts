import type { inbox as en } from '../en/inbox'
import type { Texts } from '../texts'

export const inbox: Texts<typeof en> = {
  views: { label: 'Vues', mine: 'Les miens', unassigned: 'Non attribués', open: 'Tous ouverts', pending: 'En attente', breached: 'En retard',
    closed: 'Fermés' },
  list: {
    label: 'Tickets', empty: 'Rien ici.', emptyMine: 'Vous n’avez aucun ticket. Les nouveaux arrivent seuls tant que vous êtes disponible.',
    sort: 'Trier par', waiting: 'Attente la plus longue', activity: 'Dernière activité', priority: 'Priorité', newest: 'Les plus récents',
    unread_one: '{{count}} non lu', unread_other: '{{count}} non lus', unsent: 'Non envoyé :', nobody: 'Personne',
    failed: 'La liste n’a pas pu être chargée.',
  },
  priority: { low: 'Basse', normal: 'Normale', high: 'Haute', urgent: 'Urgente' },
  status: { queued: 'En file', assigned: 'Attribué', in_progress: 'En cours', pending: 'En attente', resolved: 'Résolu', closed: 'Fermé' },
  clock: {
    first_response: 'Première réponse', next_response: 'Réponse suivante', resolution: 'Solution', left: 'encore {{time}}',
    over: '{{time}} de retard', paused: 'En pause',
  },
}
