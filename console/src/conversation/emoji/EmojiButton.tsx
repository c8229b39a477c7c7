import { Smile } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { Loading } from '../../app/States'
import { IconButton } from '../../ui/Button'
import styles from './Emoji.module.css'

const Picker = lazy(() => import('./Picker'))

/** Opens all emoji; they are loaded then. */
export function EmojiButton({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { t } = useTranslation()
  const [open, setOpen] = useState(false)
  return (
    <DialogTrigger isOpen={open} onOpenChange={setOpen}>
      <IconButton small label={t('emoji.open')}><Smile aria-hidden /></IconButton>
      <Popover placement="top start" className={styles.popover ?? ''}>
        <Dialog className={styles.dialog ?? ''} aria-label={t('emoji.open')}>
          <Suspense fallback={<Loading />}><Picker onChoose={(emoji) => { setOpen(false); onChoose(emoji) }} /></Suspense>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
