/** How a ticket stands, in a customer's words. */
import { useWords } from '../words'
import type { Row } from './list'

export function useStanding(): (row: Pick<Row, 'status' | 'assignee'>) => string {
  const { t } = useWords()
  return (row) => t(`status.${row.status}`, { who: row.assignee?.name ?? t('status.nobody') })
}
