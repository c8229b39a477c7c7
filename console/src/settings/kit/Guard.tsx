/** Asks before one leaves what is not saved: by a link of the page, or by leaving the page altogether. */
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import { unsaved } from './unsaved'

export function Guard() {
  const { t } = useTranslation('settings')
  const go = useNavigate()
  const [wanted, setWanted] = useState<string | null>(null)
  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => { if (unsaved.any()) event.preventDefault() }
    const followed = (event: MouseEvent) => {
      const href = link(event)
      if (href === null || !unsaved.any()) return
      event.preventDefault()
      event.stopPropagation()
      setWanted(href)
    }
    window.addEventListener('beforeunload', leaving)
    document.addEventListener('click', followed, { capture: true })
    return () => {
      window.removeEventListener('beforeunload', leaving)
      document.removeEventListener('click', followed, { capture: true })
    }
  }, [])
  const leave = () => {
    unsaved.forget()
    setWanted(null)
    if (wanted === null) return
    if (wanted.startsWith('/admin')) window.location.assign(wanted)
    else void go(wanted)
  }
  return (
    <Dialog title={t('form.unsaved')} open={wanted !== null} onClose={() => { setWanted(null) }} foot={(
      <>
        <Button onPress={leave}>{t('form.leave')}</Button>
        <Button look="primary" onPress={() => { setWanted(null) }}>{t('form.stay')}</Button>
      </>
    )}>{t('form.unsavedTold')}</Dialog>
  )
}

/** Where a click leads within this tab, if it does. */
function link(event: MouseEvent): string | null {
  const anchor = event.target instanceof Element ? event.target.closest('a[href]') : null
  if (!(anchor instanceof HTMLAnchorElement) || anchor.target === '_blank' || anchor.origin !== location.origin) return null
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || anchor.pathname === location.pathname) return null
  return anchor.pathname + anchor.search
}
