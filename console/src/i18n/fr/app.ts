import type { app as en } from '../en/app'
import type { Texts } from '../texts'

export const app: Texts<typeof en> = {
  app: { name: 'Pandar Chat', loading: 'Chargement…', retry: 'Réessayer', broken: 'Quelque chose s’est cassé sur cette page. Ce que vous avez envoyé est en sécurité, vos brouillons aussi. Rechargez la page, ou allez sur une autre.', close: 'Fermer', cancel: 'Annuler', save: 'Enregistrer', remarks: 'Remarques' },
  error: {
    unreachable: 'Le serveur est injoignable. Rien de ce que vous avez écrit n’est perdu.',
    gone: 'Ceci n’existe pas, ou ne vous est pas accessible.',
  },
  menu: { queue: 'File d’attente', journeys: 'Parcours', settings: 'Réglages', inbox: 'Boîte de réception', administration: 'Administration', signOut: 'Se déconnecter',
    theme: 'Apparence', account: 'Votre compte' },
  theme: { system: 'Automatique', light: 'Clair', dark: 'Sombre' },
  availability: { label: 'Votre statut', available: 'Disponible', busy: 'Occupé', away: 'Absent', offline: 'Hors ligne' },
}
