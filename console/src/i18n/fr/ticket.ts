import type { ticket as en } from '../en/ticket'
import type { Texts } from '../texts'

export const ticket: Texts<typeof en> = {
  ticket: { panel: 'Ticket', back: 'Retour à la liste' },
}
