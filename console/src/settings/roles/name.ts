/** What a role is called: those that every organization has are called by us, in the reader's language. */
import { useTranslation } from 'react-i18next'

const SHIPPED = ['admin', 'manager', 'agent', 'customer'] as const

export function useRoleName(): (slug: string, name: string) => string {
  const { t } = useTranslation('settings')
  return (slug, name) => {
    const shipped = SHIPPED.find((known) => known === slug)
    return shipped === undefined ? name : t(`roles.shippedAs.${shipped}`)
  }
}
