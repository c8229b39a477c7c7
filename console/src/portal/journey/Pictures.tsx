/** Pictures as an answer: from the camera, from the device, or dropped; each is sent as soon as it is chosen. */
import { useQueryClient } from '@tanstack/react-query'
import { Camera, ImagePlus, RotateCw, X } from 'lucide-react'
import { type DragEvent, useEffect, useRef, useState } from 'react'

import { ApiError } from '../../api/errors'
import { useApi, useMe } from '../../app/session'
import { limitsOf } from '../../files/limits'
import { upload } from '../../files/upload'
import { Button, IconButton } from '../../ui/Button'
import { useWords } from '../words'
import { mostPictures, type Node, type Picture } from './answers'
import styles from './Pictures.module.css'

const KINDS = 'image/jpeg,image/png,image/webp,image/gif' // with these alone an iPhone hands on its HEIC photos as JPEG

interface Going {
  readonly key: string
  readonly file: File
  readonly part: number
  readonly error: Error | null
}

interface Props {
  node: Node
  pictures: readonly Picture[]
  onChange: (pictures: readonly Picture[]) => void
  onUploading: (uploading: boolean) => void
}

export function Pictures({ node, pictures, onChange, onUploading }: Props) {
  const { t } = useWords()
  const most = mostPictures(node)
  const { going, add, again, drop } = useUploads(pictures, onChange, onUploading)
  const [tooMany, setTooMany] = useState(false)
  const take = (files: FileList | null) => {
    const wanted = [...(files ?? [])]
    const free = most - pictures.length - going.length
    setTooMany(wanted.length > free)
    add(wanted.slice(0, Math.max(0, free)))
  }
  const dropped = (event: DragEvent) => {
    event.preventDefault()
    take(event.dataTransfer.files)
  }
  const full = pictures.length + going.length >= most
  return (
    <div className={styles.pictures} role="group" aria-labelledby="asked" aria-describedby="problem" onDragOver={(event) => { event.preventDefault() }} onDrop={dropped}>
      <ul className={styles.list}>
        {pictures.map((picture, index) => (
          <There key={picture.id} picture={picture} name={picture.name || t('pictures.unnamed', { place: String(index + 1) })} onRemove={() => { onChange(pictures.filter(({ id }) => id !== picture.id)) }} />
        ))}
        {going.map((one) => <Coming key={one.key} going={one} onAgain={() => { again(one.key) }} onDrop={() => { drop(one.key) }} />)}
      </ul>
      {full ? null : (
        <div className={styles.acts}>
          <Picker label={t('pictures.take')} icon={<Camera aria-hidden />} camera onTake={take} />
          <Picker label={t('pictures.choose')} icon={<ImagePlus aria-hidden />} many={most > 1} onTake={take} />
          <span className={styles.drop}>{t('pictures.drop')}</span>
        </div>
      )}
      <p className={styles.count} role="status">{tooMany ? t('pictures.tooMany', { most: String(most) }) : t('pictures.of', { count: pictures.length, most: String(most) })}</p>
    </div>
  )
}

function Picker({ label, icon, camera = false, many = false, onTake }:
{ label: string; icon: React.ReactNode; camera?: boolean; many?: boolean; onTake: (files: FileList | null) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <span className={camera ? styles.camera : undefined}>
      <Button icon={icon} onPress={() => input.current?.click()}>{label}</Button>
      <input ref={input} type="file" hidden accept={KINDS} multiple={many} {...(camera ? { capture: 'environment' } : {})}
        onChange={(event) => {
          onTake(event.target.files)
          event.target.value = ''
        }} />
    </span>
  )
}

function There({ picture, name, onRemove }: { picture: Picture; name: string; onRemove: () => void }) {
  const { t } = useWords()
  return (
    <li className={styles.picture}>
      <img src={`/api/v1/attachments/${picture.id}/thumbnail/`} alt={name} />
      <span className={styles.remove}><IconButton label={t('pictures.remove', { name })} onPress={onRemove}><X aria-hidden /></IconButton></span>
    </li>
  )
}

function Coming({ going: { file, part, error }, onAgain, onDrop }: { going: Going; onAgain: () => void; onDrop: () => void }) {
  const { t } = useWords()
  const why = useWhy()
  return (
    <li className={styles.coming} data-wrong={error !== null}>
      {error === null ? (
        <>
          <span role="status">{t('pictures.sending', { name: file.name, percent: String(Math.round(part * 100)) })}</span>
          <progress value={part} aria-hidden="true" />
        </>
      ) : (
        <>
          <span role="alert">{why(error, file.name)}</span>
          {error instanceof ApiError && error.passes ? <Button small icon={<RotateCw aria-hidden />} onPress={onAgain}>{t('pictures.again')}</Button> : null}
        </>
      )}
      <IconButton label={t('pictures.remove', { name: file.name })} onPress={onDrop}><X aria-hidden /></IconButton>
    </li>
  )
}

function useWhy(): (error: Error, name: string) => string {
  const { t } = useWords()
  return (error, name) => {
    const code = error instanceof ApiError ? error.code : ''
    if (code === 'too_large' || code === 'too_many_pixels' || code === 'too_costly') return t('pictures.tooLarge', { name })
    if (code === 'unsupported_file') return t('pictures.wrongType', { name })
    if (code === 'unreadable') return t('pictures.unreadable', { name })
    if (code === 'too_many_uploads') return t('pictures.full')
    return t('pictures.failed', { name })
  }
}

/** What is on its way. What arrived is part of the answer. */
function useUploads(pictures: readonly Picture[], onChange: Props['onChange'], onUploading: Props['onUploading']) {
  const me = useMe()
  const api = useApi()
  const cache = useQueryClient()
  const [going, setGoing] = useState<readonly Going[]>([])
  const stops = useRef(new Map<string, AbortController>())
  const here = useRef(pictures)
  useEffect(() => { here.current = pictures }, [pictures])
  useEffect(() => { onUploading(going.some(({ error }) => error === null)) }, [going, onUploading])
  useEffect(() => {
    const running = stops.current
    return () => { for (const stop of running.values()) stop.abort() }
  }, [])
  const change = (key: string, part: Partial<Going>) => { setGoing((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one))) }
  const drop = (key: string) => {
    stops.current.get(key)?.abort()
    stops.current.delete(key)
    setGoing((all) => all.filter((one) => one.key !== key))
  }
  const send = async (key: string, file: File) => {
    const stop = new AbortController()
    stops.current.set(key, stop)
    try {
      const { id, name } = await upload(file, await cache.query(limitsOf(api)), { user: me.id, signal: stop.signal, progress: (part) => { change(key, { part }) } })
      if (stop.signal.aborted) {
        void api.DELETE('/api/v1/upload/{upload}/', { params: { path: { upload: id } } }).catch(() => undefined) // in a day it goes by itself
        return
      }
      here.current = [...here.current, { id, name }]
      onChange(here.current)
      drop(key)
    } catch (error) {
      if (!stop.signal.aborted) change(key, { error: error instanceof Error ? error : new Error(String(error)) })
    }
  }
  const add = (files: readonly File[]) => {
    const fresh = files.map((file) => ({ key: crypto.randomUUID(), file, part: 0, error: null }))
    setGoing((all) => [...all, ...fresh])
    for (const { key, file } of fresh) void send(key, file)
  }
  const again = (key: string) => {
    const one = going.find((candidate) => candidate.key === key)
    if (one === undefined) return
    change(key, { error: null, part: 0 })
    void send(key, one.file)
  }
  return { going, add, again, drop }
}
