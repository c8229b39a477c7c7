/** Everything that can be done or gone to, by a few letters of its name. */
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useChoices } from './choices'
import { Finder } from './Finder'
import { recent, remember } from './ranking'

export default function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation()
  const [lately, setLately] = useState(recent)
  return (
    <Finder open={open} onClose={onClose} label={t('palette.label')} placeholder={t('palette.placeholder')} recent={lately} useChoices={useChoices}
      onChoose={(choice) => {
        if (choice.lasting) {
          remember(choice.id)
          setLately(recent())
        }
        choice.run()
      }} />
  )
}
