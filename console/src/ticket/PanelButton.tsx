/** Opens the ticket where there is no room for it beside the conversation; stands in the conversation's header. */
import { PanelRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '../ui/Button'
import { panelOpen, useBeside } from './open'

export function PanelButton() {
  const { t } = useTranslation()
  if (useBeside()) return null
  return <IconButton label={t('ticket.panel')} onPress={() => { panelOpen.set(true) }}><PanelRight aria-hidden /></IconButton>
}
