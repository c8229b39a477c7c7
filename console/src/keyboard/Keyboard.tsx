/** Hears the keys of the page, and shows the palette and the sheet of keys. Once, in the shell. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

import { isCovered, modified, pressed, takesKeys } from './keys'
import { Palette } from './Palette'
import { registry } from './registry'
import { Sheet } from './Sheet'
import { useActs } from './useAct'

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
      <Palette open={open === 'palette'} onClose={close} />
      <Sheet open={open === 'sheet'} onClose={close} />
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
