/** What is attached to a message: pictures as pictures, everything else as a card. */
import { Download, FileText } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import type { Attachment } from '../realtime/frames'
import styles from './Files.module.css'

const WIDEST = 320 // pixels of one picture alone
const HIGHEST = 260

export function isPicture(file: Attachment): file is Attachment & { thumbnail: string; width: number; height: number } {
  return file.thumbnail !== null && file.width !== null && file.height !== null
}

export function Attached({ files, onLook }: { files: readonly Attachment[]; onLook: (picture: Attachment) => void }) {
  const pictures = files.filter(isPicture)
  const others = files.filter((file) => !isPicture(file))
  return (
    <>
      {pictures.length === 0 ? null : (
        <ul className={styles.pictures} data-many={pictures.length > 1}>
          {pictures.map((picture) => <li key={picture.id}><Picture picture={picture} alone={pictures.length === 1} onLook={onLook} /></li>)}
        </ul>
      )}
      {others.length === 0 ? null : <ul className={styles.cards}>{others.map((file) => <li key={file.id}><Card file={file} /></li>)}</ul>}
    </>
  )
}

function Picture({ picture, alone, onLook }: {
  picture: Attachment & { thumbnail: string; width: number; height: number }; alone: boolean; onLook: (picture: Attachment) => void
}) {
  const { t } = useTranslation()
  const by = Math.min(1, WIDEST / picture.width, HIGHEST / picture.height)
  const size = alone ? { width: Math.max(48, Math.round(picture.width * by)), height: Math.max(48, Math.round(picture.height * by)) } : { width: 128, height: 128 }
  return (
    <button type="button" className={styles.picture} aria-label={t('files.look', { name: picture.name })} onClick={() => { onLook(picture) }}>
      <img src={picture.thumbnail} alt={picture.name} {...size} loading="lazy" decoding="async" />
    </button>
  )
}

function Card({ file }: { file: Attachment }) {
  const { i18n } = useTranslation()
  return (
    <a className={styles.card} href={file.url} download={file.name}>
      <FileText aria-hidden />
      <span className={styles.about}><b>{file.name}</b><small>{kind(file.type)} · {bytes(file.size, i18n.language)}</small></span>
      <Download aria-hidden />
    </a>
  )
}

/** "PDF" of "application/pdf". */
function kind(type: string): string {
  return (type.split('/').at(-1) ?? type).toLocaleUpperCase()
}

/** A size as people read it: "640 kB", "1.2 MB". */
export function bytes(size: number, language: string): string {
  const [value, unit] = size < 1_000_000 ? [Math.max(1, size / 1000), 'kilobyte'] : [size / 1_000_000, 'megabyte']
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: unit === 'kilobyte' ? 0 : 1 }).format(value)
}
