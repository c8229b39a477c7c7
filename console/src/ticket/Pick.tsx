/** One of a few: a status that is allowed now, a priority, a category. */
import { useTranslation } from 'react-i18next'

import { Finder, type Finding } from '../keyboard/Finder'
import type { Wish } from './conflict'
import { useCategories } from './people'
import { PRIORITIES, type Ticket } from './ticket'

interface Pickable extends Finding {
  readonly wish: Wish
}

type What = 'status' | 'priority' | 'category'

export function Pick({ ticket, what, onWish, onClose }: { ticket: Ticket; what: What | null; onWish: (wish: Wish) => void; onClose: () => void }) {
  const { t } = useTranslation(['ticket', 'common'])
  const categories = useCategories(what === 'category').data ?? []
  const choices: Record<What, () => Pickable[]> = {
    status: () => ticket.allowed_statuses.map((status) => ({ id: status, text: t(`common:status.${status}`), wish: { kind: 'status', status } })),
    priority: () => [...PRIORITIES].reverse().map((priority) => ({
      id: priority, text: t(`common:priority.${priority}`), disabled: priority === ticket.priority, kind: priority === ticket.priority ? '✓' : '',
      wish: { kind: 'change', fields: { priority } },
    })),
    category: () => [{ slug: '', name: t('none') }, ...categories].map(({ slug, name }) => {
      const chosen = slug === (ticket.category?.slug ?? '')
      return { id: slug, text: name, disabled: chosen, kind: chosen ? '✓' : '', wish: { kind: 'change', fields: { category: slug === '' ? null : { slug, name } } } }
    }),
  }
  const all = what === null ? [] : choices[what]()
  return (
    <Finder open={what !== null} onClose={onClose} label={what === null ? '' : t(`act.${what}`)} placeholder={what === null ? '' : t(`act.${what}`)}
      useChoices={() => all} onChoose={({ wish }) => { onWish(wish) }} />
  )
}
