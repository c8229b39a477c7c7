/** All journeys: offered, drafts, archived. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Archive, ArchiveRestore, Copy, Download, Ellipsis, Plus, Route as RouteIcon, Trash2, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'

import { data } from '../api/client'
import { ApiError } from '../api/errors'
import type { components } from '../api/schema'
import { useApi, useMay } from '../app/session'
import { Empty, Failure, Loading } from '../app/States'
import { ago } from '../app/time'
import { Button, IconButton } from '../ui/Button'
import { Confirm, Dialog } from '../ui/Dialog'
import { TextField } from '../ui/Field'
import { Menu, MenuAct, MenuLine } from '../ui/Menu'
import { Badge } from '../ui/Marks'
import { complain, say } from '../ui/Toasts'
import { download, graphOf, named, read } from './files'
import styles from './JourneyList.module.css'
import { useRefusal } from './refusals'

type Row = components['schemas']['JourneyRow']
const STATES = ['published', 'draft', 'archived'] as const
const KEY = ['journeys', 'list']

export function JourneyList() {
  const { t } = useTranslation('journeys')
  const api = useApi()
  const mayAdd = useMay('journeys.add_journey')
  const [naming, setNaming] = useState(false)
  const all = useQuery({ queryKey: KEY, queryFn: () => data(api.GET('/api/v1/journeys/')), staleTime: 0 })
  return (
    <main className={styles.page}>
      <title>{t('list.title')}</title>
      <div className={styles.content}>
        <header className={styles.head}>
          <div><h1>{t('list.title')}</h1><p className={styles.intro}>{t('list.intro')}</p></div>
          {mayAdd ? <div className={styles.acts}><Import /><Button look="primary" icon={<Plus aria-hidden />} onPress={() => { setNaming(true) }}>{t('list.new')}</Button></div> : null}
        </header>
        {mayAdd ? null : <p className={styles.intro}>{t('list.readOnly')}</p>}
        {all.data === undefined ? all.isError ? <Failure text={t('list.failed')} again={() => void all.refetch()} /> : <Loading />
          : all.data.length === 0 ? <Empty icon={<RouteIcon aria-hidden />} text={t('list.none')} hint={t('list.noneHint')} />
            : STATES.map((state) => <Section key={state} state={state} rows={all.data.filter((row) => row.state === state)} />)}
      </div>
      {naming ? <NewJourney onClose={() => { setNaming(false) }} /> : null}
    </main>
  )
}

function Section({ state, rows }: { state: (typeof STATES)[number]; rows: readonly Row[] }) {
  const { t } = useTranslation('journeys')
  if (rows.length === 0 && state === 'archived') return null
  return (
    <section aria-labelledby={`journeys-${state}`}>
      <h2 id={`journeys-${state}`} className={styles.title}>{t(`list.${state}`)}<span>{rows.length}</span></h2>
      {rows.length === 0 ? <p className={styles.nothing}>{t('list.nothing')}</p> : <ul className={styles.rows}>{rows.map((row) => <Line key={row.id} row={row} />)}</ul>}
    </section>
  )
}

function Line({ row }: { row: Row }) {
  const { t, i18n } = useTranslation('journeys')
  const [now] = useState(Date.now)
  return (
    <li className={styles.row}>
      <Link to={row.id} className={styles.link ?? ''}>
        <b>{row.name}</b>
        <span className={styles.about}>{row.description}</span>
      </Link>
      <span className={styles.marks}>
        <Badge>{t(`list.audience.${row.audience}`)}</Badge>
        <Badge>{row.language === '' ? t('list.anyLanguage') : row.language}</Badge>
        {row.published_number === null ? null : <Badge tone={row.state === 'published' ? 'good' : 'plain'}>{t('list.version', { number: String(row.published_number) })}</Badge>}
        <span className={styles.when}>{t('list.changed', { when: ago(row.updated_at, now, i18n.language) })}</span>
      </span>
      <Acts row={row} />
    </li>
  )
}

function Acts({ row }: { row: Row }) {
  const { t } = useTranslation('journeys')
  const refusal = useRefusal()
  const api = useApi()
  const cache = useQueryClient()
  const mayAdd = useMay('journeys.add_journey')
  const mayPublish = useMay('journeys.publish_journey')
  const mayDelete = useMay('journeys.delete_journey')
  const [deleting, setDeleting] = useState(false)
  const params = { path: { journey: row.id } }
  const acting = useMutation({
    mutationFn: async (act: 'duplicate' | 'export' | 'archive' | 'restore' | 'delete') => {
      const body = { version: row.version }
      if (act === 'archive') { await data(api.POST('/api/v1/journeys/{journey}/archive/', { params, body })); say(t('archive.done')) }
      if (act === 'restore') { await data(api.POST('/api/v1/journeys/{journey}/restore/', { params, body })); say(t('archive.restored')) }
      if (act === 'delete') { await data(api.DELETE('/api/v1/journeys/{journey}/', { params })); say(t('remove.done')) }
      if (act === 'export') download(row.name, await data(api.GET('/api/v1/journeys/{journey}/export/', { params })))
      if (act === 'duplicate') {
        const { graph, description, audience, language } = await data(api.GET('/api/v1/journeys/{journey}/export/', { params }))
        await data(api.POST('/api/v1/journeys/', { body: { name: t('list.copyName', { name: row.name }).slice(0, 200), description, audience, language, graph } }))
      }
    },
    onError: (error) => { complain(refusal(error)) },
    onSettled: () => { setDeleting(false); return cache.invalidateQueries({ queryKey: KEY }) },
  })
  return (
    <>
      <Menu label={t('list.actions', { name: row.name })} placement="bottom end" trigger={<IconButton label={t('list.actions', { name: row.name })}><Ellipsis aria-hidden /></IconButton>}>
        <MenuAct icon={<Copy aria-hidden />} isDisabled={!mayAdd} onAction={() => { acting.mutate('duplicate') }}>{t('bar.duplicate')}</MenuAct>
        <MenuAct icon={<Download aria-hidden />} onAction={() => { acting.mutate('export') }}>{t('bar.export')}</MenuAct>
        <MenuLine />
        {row.state === 'archived' ? <MenuAct icon={<ArchiveRestore aria-hidden />} isDisabled={!mayPublish} onAction={() => { acting.mutate('restore') }}>{t('bar.restore')}</MenuAct>
          : <MenuAct icon={<Archive aria-hidden />} isDisabled={!mayPublish} onAction={() => { acting.mutate('archive') }}>{t('bar.archive')}</MenuAct>}
        {row.published_number === null ? <MenuAct danger icon={<Trash2 aria-hidden />} isDisabled={!mayDelete} onAction={() => { setDeleting(true) }}>{t('bar.delete')}</MenuAct> : null}
      </Menu>
      <Confirm title={t('remove.title')} act={t('remove.act')} busy={acting.isPending} open={deleting} onClose={() => { setDeleting(false) }} onConfirm={() => { acting.mutate('delete') }}>{t('remove.text', { name: row.name })}</Confirm>
    </>
  )
}

function NewJourney({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('journeys')
  const { t: common } = useTranslation()
  const api = useApi()
  const go = useNavigate()
  const [name, setName] = useState('')
  const begun = useRef(false) // a double click is one
  const making = useMutation({
    mutationFn: () => data(api.POST('/api/v1/journeys/', { body: { name: name.trim() } })),
    onSuccess: (made) => { void go(`/journeys/${made.id}`) },
    onError: () => { begun.current = false },
  })
  const error = making.error instanceof ApiError ? making.error : null
  return (
    <Dialog title={t('list.newTitle')} open onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => { event.preventDefault(); if (name.trim() !== '' && !begun.current) { begun.current = true; making.mutate() } }}>
        <TextField label={t('list.name')} value={name} onChange={setName} autoFocus maxLength={200} wrong={error === null ? undefined : error.fields.name?.[0] ?? (error.passes ? common('error.unreachable') : error.message)} />
        <div className={styles.foot}>
          <Button onPress={onClose}>{common('app.cancel')}</Button>
          <Button type="submit" look="primary" isDisabled={name.trim() === ''} isPending={making.isPending}>{t('list.create')}</Button>
        </div>
      </form>
    </Dialog>
  )
}

function Import() {
  const { t } = useTranslation('journeys')
  const { t: common } = useTranslation()
  const api = useApi()
  const go = useNavigate()
  const input = useRef<HTMLInputElement>(null)
  const taking = useMutation({
    mutationFn: async (file: File) => {
      const found = await read(file)
      if ('wrong' in found) throw new Error(t(`list.${found.wrong}`))
      const { name, description, audience, language } = found.file
      const settings = { ...(typeof description === 'string' ? { description } : {}), ...(typeof audience === 'string' ? { audience: audience as Row['audience'] } : {}), ...(typeof language === 'string' ? { language } : {}) }
      return data(api.POST('/api/v1/journeys/import/', { body: { ...settings, name: typeof name === 'string' ? name : named(file), graph: graphOf(found.file) } }))
    },
    onSuccess: (made) => { say(t('list.imported')); void go(`/journeys/${made.id}`) },
    onError: (error) => {
      if (!(error instanceof ApiError)) complain(error.message)
      else complain(error.passes ? common('error.unreachable') : t('list.refusedFile', { reason: Object.values(error.fields).flat()[0] ?? error.message }))
    },
  })
  return (
    <>
      <input ref={input} type="file" accept=".json,application/json" hidden onChange={(event) => { const file = event.target.files?.[0]; event.target.value = ''; if (file !== undefined) taking.mutate(file) }} />
      <Button icon={<Upload aria-hidden />} isPending={taking.isPending} onPress={() => input.current?.click()}>{t('list.import')}</Button>
    </>
  )
}
