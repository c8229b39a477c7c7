import type { Catalogue } from './en'

export const fr: Catalogue = {
  app: { name: 'Pandar Chat', loading: 'Chargement…', retry: 'Réessayer' },
  error: {
    unreachable: 'Le serveur est injoignable. Rien de ce que vous avez écrit n’est perdu.',
    gone: 'Ceci n’existe pas, ou ne vous est pas accessible.',
  },
  line: {
    ready: 'Connecté', connecting: 'Connexion…', waiting_one: 'Pas de connexion. Nouvel essai dans {{count}} seconde.',
    waiting_other: 'Pas de connexion. Nouvel essai dans {{count}} secondes.', now: 'Essayer maintenant',
    refused: 'Le serveur refuse ce navigateur. Reconnectez-vous.',
  },
  signIn: {
    title: 'Connexion', organization: 'Organisation', email: 'Adresse e-mail', password: 'Mot de passe', submit: 'Se connecter',
    busy: 'Connexion…', forgotten: 'Mot de passe oublié ?',
  },
  menu: { inbox: 'Boîte de réception', administration: 'Administration', signOut: 'Se déconnecter',
    theme: 'Apparence', account: 'Votre compte' },
  theme: { system: 'Comme l’appareil', light: 'Clair', dark: 'Sombre' },
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
  conversation: {
    label: 'Conversation', none: 'Choisissez un ticket.', noneHint: 'j et k parcourent la liste.',
    earlier: 'Messages précédents', note: 'Note interne', edited: 'modifié', deleted: 'Supprimé', you: 'Vous', house: 'Pandar',
    sending: 'Envoi…', waiting: 'Sera envoyé dès qu’il y aura une connexion', refused: 'Non envoyé : {{reason}}', again: 'Renvoyer',
    discard: 'Jeter', read: 'Lu', failed: 'La conversation n’a pas pu être chargée.', end: 'Au plus récent',
    assigned: '{{who}} a confié ceci à {{whom}}', assignedSelf: '{{who}} a pris ceci', released: '{{who}} a remis ceci dans la file',
    became: '{{who}} : {{status}}', changed: '{{who}} a changé {{what}}', wasEdited: '{{who}} a modifié un message',
    wasDeleted: '{{who}} a supprimé un message',
  },
  composer: {
    reply: 'Réponse', note: 'Note', replyTo: 'Répondre à {{who}}', noteFor: 'Visible de l’équipe seulement', send: 'Envoyer',
    sendNote: 'Ajouter la note', hint: 'Ctrl+Entrée envoie', tooLong: 'Trop long de {{count}} caractères.',
  },
  ticket: { panel: 'Ticket', status: 'État', priority: 'Priorité', category: 'Catégorie', tags: 'Étiquettes',
    assignee: 'Attribué à', opened: 'Ouvert', none: 'Aucun', deadlines: 'Échéances', take: 'Prendre',
    release: 'Rendre', back: 'Retour à la liste' },
  availability: { label: 'Votre état', available: 'Disponible', busy: 'Occupé', away: 'Absent', offline: 'Hors ligne',
    of: '{{load}} tickets sur {{capacity}}' },
}
