import type { conversation as en } from '../en/conversation'
import type { Texts } from '../texts'

export const conversation: Texts<typeof en> = {
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
    reply: 'Réponse', note: 'Note', replyTo: 'Répondre à {{who}}', write: 'Écrire un message', noteFor: 'Visible de l’équipe seulement', send: 'Envoyer',
    sendNote: 'Ajouter la note', hint: 'Ctrl+Entrée envoie', tooLong: 'Trop long de {{count}} caractères.',
  },
}
