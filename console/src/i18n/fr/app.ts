import type { app as en } from '../en/app'
import type { Texts } from '../texts'

export const app: Texts<typeof en> = {
  app: { name: 'Pandar Chat', loading: 'Chargement…', retry: 'Réessayer', broken: 'Quelque chose s’est cassé sur cette page. Ce que vous avez envoyé est en sécurité, vos brouillons aussi. Rechargez la page, ou allez sur une autre.', close: 'Fermer', cancel: 'Annuler', save: 'Enregistrer', remarks: 'Remarques', times_one: 'Une fois', times_other: '{{count}} fois' },
  error: {
    unreachable: 'Le serveur est injoignable. Rien de ce que vous avez écrit n’est perdu.',
    gone: 'Ceci n’existe pas, ou ne vous est pas accessible.',
  },
  fault: {
    missing: 'Remplissez ce champ, s’il vous plaît.', email: 'Indiquez une adresse e-mail, comme nom@exemple.fr.', malformed: 'Vérifiez ce champ : il n’est pas complet.',
    short_one: 'Indiquez au moins {{count}} caractère.', short_other: 'Indiquez au moins {{count}} caractères.',
  },
  menu: { queue: 'File d’attente', journeys: 'Parcours', settings: 'Réglages', inbox: 'Boîte de réception', administration: 'Administration', short: { administration: 'Admin', inbox: 'Boîte', queue: 'File', journeys: 'Parcours', settings: 'Réglages', account: 'Compte' }, signOut: 'Se déconnecter',
    theme: 'Apparence', account: 'Votre compte' },
  theme: { system: 'Automatique', light: 'Clair', dark: 'Sombre' },
  availability: { label: 'Votre statut', available: 'Disponible', busy: 'Occupé', away: 'Absent', offline: 'Hors ligne' },
}
