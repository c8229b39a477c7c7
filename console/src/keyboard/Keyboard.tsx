/** Hears the keys of the page, and shows the palette and the sheet of keys. Once, in the shell. */
import { lazy, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

import { later } from '../app/later'
import { Once } from '../ui/Once'
import { isCovered, modified, pressed, takesKeys } from './keys'
import { registry } from './registry'
import { useActs } from './useAct'

const Palette = lazy(later(() => import('./Palette')))
const Sheet = lazy(later(() => import('./Sheet')))

export function Keyboard() {
  const { t } = useTranslation()
  const go = useNavigate()
  const [open, setOpen] = useState<'palette' | 'sheet' | null>(null)
  useActs([
    { id: 'app.palette', text: t('palette.open'), group: 'app', key: 'Mod+K', hidden: true, run: () => { setOpen('palette') } },
    { id: 'app.search', text: t('act.search'), group: 'app', key: '/', hidden: true, run: () => { setOpen('palette') } },
    { id: 'app.keys', text: t('keys.help'), group: 'app', key: '?', run: () => { setOpen('sheet') } },
    { id: 'go.inbox', text: t('act.inbox'), group: 'go', run: () => void go('/') },
  ])
  useEffect(() => {
    addEventListener('keydown', listen)
    return () => { removeEventListener('keydown', listen) }
  }, [])
  const close = () => { setOpen(null) }
  return (
    <>
      <Once open={open === 'palette'}><Palette open={open === 'palette'} onClose={close} /></Once>
      <Once open={open === 'sheet'}><Sheet open={open === 'sheet'} onClose={close} /></Once>
    </>
  )
}

function listen(event: KeyboardEvent): void {
  const key = pressed(event)
  if (key === null || event.defaultPrevented || isCovered()) return
  if (!modified(key) && takesKeys(event.target)) return
  const act = registry.meant(key)
  if (act === undefined) return
  event.preventDefault() // the letter is not typed into what the act puts the cursor into
  if (!event.repeat || act.group === 'list') act.run()
}
