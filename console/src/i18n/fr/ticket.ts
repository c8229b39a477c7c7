import type { ticket as en } from '../en/ticket'
import type { Texts } from '../texts'

export const ticket: Texts<typeof en> = {
  ticket: { panel: 'Ticket', status: 'État', priority: 'Priorité', category: 'Catégorie', tags: 'Étiquettes',
    assignee: 'Attribué à', opened: 'Ouvert', none: 'Aucun', deadlines: 'Échéances', take: 'Prendre',
    release: 'Rendre', back: 'Retour à la liste' },
}
