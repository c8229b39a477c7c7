/** A file that is still on this device: what it is, how far it got, and why it does not go on. */
import { Download, FileText, RotateCcw, X } from 'lucide-react'
import type { TFunction } from 'i18next'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useLive } from '../app/session'
import type { KeptFile } from '../realtime/files'
import { IconButton } from '../ui/Button'
import styles from './Files.module.css'
import { bytes } from './Files'

/** `savable`: it can be taken out of here again. */
export function Kept({ file, savable = false, onRemove }: { file: KeptFile; savable?: boolean; onRemove?: () => void }) {
  const { t, i18n } = useTranslation()
  const { files } = useLive()
  const isPicture = file.type.startsWith('image/')
  const content = useObjectUrl(isPicture || savable ? file.content : null)
  const [unseen, setUnseen] = useState(false)
  const part = files.progress.get(file.key)
  const state = file.refusal !== null ? 'refused' : file.upload !== null ? 'stored' : part === undefined ? 'waiting' : 'sending'
  const said = file.refusal !== null ? refusalText(t, file.refusal) : t(`files.${state}`, { part: String(Math.round((part ?? 0) * 100)) })
  return (
    <li className={styles.keptFile} data-state={state}>
      {content === null || !isPicture || unseen ? <FileText aria-hidden className={styles.glyph} /> : <img src={content} alt="" className={styles.small} onError={() => { setUnseen(true) }} />}
      <span className={styles.about}>
        <b title={file.name}>{file.name}</b>
        <small className={styles.said}>{state === 'stored' ? bytes(file.content.size, i18n.language) : said}</small>
        {state === 'sending' ? <progress className={styles.progress} value={part ?? 0} aria-label={t('files.progress', { name: file.name })} /> : null}
      </span>
      {state === 'refused' && onRemove !== undefined ? <IconButton small label={t('files.again')} onPress={() => void files.again(file.key)}><RotateCcw aria-hidden /></IconButton> : null}
      {savable && content !== null ? <a className={styles.save} href={content} download={file.name} aria-label={t('files.save', { name: file.name })} title={t('files.save', { name: file.name })}><Download aria-hidden /></a> : null}
      {onRemove === undefined ? null : <IconButton small label={t('files.remove', { name: file.name })} onPress={onRemove}><X aria-hidden /></IconButton>}
    </li>
  )
}

/** In the server's words; this device's own refusals have a code alone. */
function refusalText(t: TFunction, { code, message }: { code: string; message: string }): string {
  return message !== '' ? message : code === 'too_large' || code === 'unreadable' || code === 'unsupported_file' ? t(`files.${code}`) : t('files.refused')
}

function useObjectUrl(content: Blob | null): string | null {
  const [made, setMade] = useState<{ of: Blob; url: string } | null>(null)
  useEffect(() => {
    if (content === null) return undefined
    const url = URL.createObjectURL(content)
    // The address exists as long as the component does, which only an effect knows.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setMade({ of: content, url })
    return () => { URL.revokeObjectURL(url) }
  }, [content])
  return made !== null && made.of === content ? made.url : null
}
