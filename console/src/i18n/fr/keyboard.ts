import type { keyboard as en } from '../en/keyboard'
import type { Texts } from '../texts'

export const keyboard: Texts<typeof en> = {
  palette: {
    label: 'Que voulez-vous faire ?', placeholder: 'Chercher une action, une vue ou un ticket', none: 'Rien ne s’appelle « {{text}} ».',
    results: 'Résultats', open: 'Chercher une action ou un ticket', found_one: '{{count}} résultat', found_other: '{{count}} résultats',
    foot: 'pour choisir · pour exécuter · pour fermer',
  },
  keys: {
    title: 'Touches', hint: 'Les touches simples agissent tant que vous n’écrivez pas.', help: 'Afficher toutes les touches',
    notNow: 'impossible pour le moment',
    group: { list: 'Liste', conversation: 'Conversation', ticket: 'Ticket', pictures: 'Quand vous regardez des images', journey: 'Parcours', go: 'Aller à', app: 'Partout', tickets: 'Tickets' },
  },
  act: {
    next: 'Ticket suivant', previous: 'Ticket précédent', send: 'Envoyer', editLast: 'Modifier votre dernier message, dans un champ vide', saveMessage: 'Enregistrer le message modifié',
    leaveMessage: 'Laisser le message tel quel', leaveField: 'Quitter le texte : les lettres redeviennent des touches', first: 'Premier ticket', last: 'Dernier ticket', further: 'Huit tickets plus bas', back: 'Huit tickets plus haut',
    reply: 'Répondre', note: 'Écrire une note interne', search: 'Chercher',
    inbox: 'Boîte de réception',
  },
}
