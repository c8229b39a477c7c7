/** One journey on the table: outline, canvas and editor of its draft, and all that is done with it as a whole. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'
import { useTranslation } from 'react-i18next'
import { useParams } from 'react-router'

import { data } from '../api/client'
import type { ApiError } from '../api/errors'
import { useApi, useMay, useMe } from '../app/session'
import { Empty, Failure, Loading } from '../app/States'
import { Button } from '../ui/Button'
import { say } from '../ui/Toasts'
import { AddDialog } from './AddDialog'
import styles from './Builder.module.css'
import { Canvas, type View } from './canvas/Canvas'
import { Conflict } from './Conflict'
import { Desk } from './desk/desk'
import { type Kept, type Shelf, shelf } from './desk/kept'
import type { Detail, Door } from './desk/saver'
import { Archive, Publish, Settings } from './Dialogs'
import { Editor, type EditorView } from './editor/Editor'
import { download } from './files'
import { Head, type Opened, Panes, type Pane } from './Head'
import { useLabels } from './labels'
import { duplicate, removeNodes } from './model/edit'
import type { Graph } from './model/graph'
import { outline } from './model/outline'
import { Outline } from './Outline'
import { Preview } from './Preview'
import { ProblemList } from './ProblemList'
import { useProblems } from './problems'
import { SavingBar } from './SavingState'
import { afterWindow } from './steering'
import { type Builder as Shared, type Spot, Table } from './Table'
import { useBuilderActs } from './acts'
import { Versions } from './Versions'

interface Loaded { readonly detail: Detail; readonly shelf: Shelf; readonly kept: Kept | undefined; readonly door: Door }

const WIDE = '(min-width: 60rem)' // as in Builder.module.css

function watchWidth(changed: () => void): () => void {
  const found = matchMedia(WIDE)
  found.addEventListener('change', changed)
  return () => { found.removeEventListener('change', changed) }
}

export function Builder() {
  const { t } = useTranslation('journeys')
  const { journey = '' } = useParams()
  const api = useApi()
  const me = useMe()
  const loading = useQuery<Loaded, ApiError>({
    queryKey: ['journeys', journey, 'builder'], staleTime: Infinity, gcTime: 0, refetchOnReconnect: false,
    queryFn: async () => {
      const path = { journey }
      const door: Door = {
        load: () => data(api.GET('/api/v1/journeys/{journey}/', { params: { path } })) as Promise<Detail>,
        save: (version, graph) => data(api.PATCH('/api/v1/journeys/{journey}/', { params: { path }, body: { version, graph } })) as Promise<Detail>,
      }
      const place = await shelf()
      const [detail, kept] = await Promise.all([door.load(), place.get(me.id, journey)])
      return { detail, shelf: place, kept, door }
    },
  })
  if (loading.data !== undefined) return <Working key={journey} loaded={loading.data} user={me.id} />
  if (loading.error !== null) return loading.error.status === 404 || loading.error.status === 403 ? <Gone journey={journey} user={me.id} /> : <Failure text={t('list.failed')} again={() => void loading.refetch()} />
  return <Loading />
}

/** Not here, or not one's own to see any more; what one drew and was not saved can be taken elsewhere. */
function Gone({ journey, user }: { journey: string; user: string }) {
  const { t } = useTranslation('journeys')
  const cache = useQueryClient()
  const key = ['journeys', journey, 'kept']
  const kept = useQuery({ queryKey: key, gcTime: 0, queryFn: async () => (await (await shelf()).get(user, journey)) ?? null }).data
  const drop = async () => {
    await (await shelf()).drop(user, journey)
    await cache.invalidateQueries({ queryKey: key })
  }
  const left = kept === undefined || kept === null ? null : (
    <div className={styles.left}>
      <Button look="primary" onPress={() => { download(t('gone.file'), { graph: kept.graph }) }}>{t('bar.export')}</Button>
      <Button look="quiet" onPress={() => void drop()}>{t('saving.discard')}</Button>
    </div>
  )
  return (
    <main>
      <h1 className="unseen">{t('gone.title')}</h1>
      <Empty text={t('gone.title')} hint={t(left === null ? 'gone.text' : 'gone.kept')}>{left}</Empty>
    </main>
  )
}

function Working({ loaded, user }: { loaded: Loaded; user: string }) {
  const { t } = useTranslation('journeys')
  const mayChange = useMay('journeys.change_journey')
  const [desk] = useState(() => new Desk({ door: loaded.door, shelf: loaded.shelf, user, detail: loaded.detail }))
  useEffect(() => {
    const { saver } = desk
    saver.start()
    const hide = () => { if (document.visibilityState === 'hidden') void saver.flush() }
    const wake = () => { saver.wake() }
    const look = () => void saver.look()
    addEventListener('online', wake)
    addEventListener('focus', look)
    document.addEventListener('visibilitychange', hide)
    return () => {
      saver.stop()
      removeEventListener('online', wake)
      removeEventListener('focus', look)
      document.removeEventListener('visibilitychange', hide)
    }
  }, [desk])
  // As it was when the page was opened: what is kept later is what is drawn here. Whoever may not change it any more sees theirs, too.
  const [kept] = useState(loaded.kept)
  useEffect(() => {
    if (kept === undefined || desk.get().history.past.length > 0) return
    desk.recover(kept.version, kept.base, kept.graph)
    if (desk.get().history.past.length > 0) say(t('saving.recovered'))
  }, [desk, kept, t])
  useEffect(() => { if (mayChange) desk.saver.again() }, [desk, mayChange])
  return <Tabletop desk={desk} mayChange={mayChange} />
}

function Tabletop({ desk, mayChange }: { desk: Desk; mayChange: boolean }) {
  const { t } = useTranslation('journeys')
  const api = useApi()
  const maySee = useMay('journeys.view_figures')
  const standing = useSyncExternalStore(desk.watch, desk.get)
  const graph = standing.history.present
  const rows = useMemo(() => outline(graph), [graph])
  const labels = useLabels(graph)
  const problems = useProblems(graph)
  const [pane, setPane] = useState<Pane>('outline')
  const wide = useSyncExternalStore(watchWidth, () => matchMedia(WIDE).matches)
  const [onCanvas, setOnCanvas] = useState(wide)
  const [editing, setEditing] = useState(false)
  const [counted, setCounted] = useState(false)
  const [opened, setOpened] = useState<Opened>(null)
  const [at, setAt] = useState<Spot>(null)
  const [path, setPath] = useState<readonly string[]>([])
  const canvas = useRef<View>(null)
  const list = useRef<View>(null)
  const editor = useRef<EditorView>(null)
  const area = useRef<'canvas' | 'list'>('canvas')
  const { id, published_number: published } = standing.detail
  const counting = useQuery({
    queryKey: ['journeys', id, 'figures'], enabled: counted && maySee && published !== null,
    queryFn: () => data(api.GET('/api/v1/journeys/{journey}/figures/', { params: { path: { journey: id } } })),
  })
  const figures = counting.data

  const show = useCallback<Shared['show']>((node, focus, member) => {
    desk.choose([node])
    if (focus === 'editor') {
      setEditing(true)
      canvas.current?.show(node, false)
      afterWindow(() => { editor.current?.focus(member) })
      return
    }
    const onList = area.current === 'list' && list.current !== null
    canvas.current?.show(node, focus === 'node' && !onList)
    list.current?.show(node, focus === 'node' && onList)
  }, [desk])
  const ask = useCallback<Shared['ask']>((place) => { setAt(place); setOpened('add') }, [])
  const current = standing.chosen.at(-1) ?? null
  const shared: Shared = {
    desk, standing, graph, rows, labels, problems, figures: counted ? figures : undefined, path, mayChange, current, show, ask,
    edit: (change, mark) => { if (mayChange) desk.edit(change, mark) },
    choose: (ids) => { desk.choose(ids) },
    remove: (ids) => {
      if (!mayChange || ids.length === 0) return
      const place = rows.findIndex((row) => row.id === ids.at(-1))
      const next = [...rows.slice(place + 1), ...rows.slice(0, place).reverse()].find((row) => !ids.includes(row.id))
      flushSync(() => { desk.edit((from) => removeNodes(from, ids)) })
      if (next !== undefined) show(next.id, 'node')
    },
    duplicate: (ids) => {
      if (!mayChange || ids.length === 0) return
      let copies: string[] = []
      flushSync(() => { desk.edit((from: Graph) => { const made = duplicate(from, ids); copies = made.copies; return made.graph }) })
      const [copy] = copies
      if (copy === undefined) return
      show(copy, 'node')
      desk.choose(copies)
    },
  }
  useBuilderActs(shared, { onPreview: () => { setPane(pane === 'preview' ? 'outline' : 'preview'); setOnCanvas(false) } })
  const back = () => { setEditing(false); if (current !== null) show(current, 'node') }
  const close = () => { setOpened(null) }
  return (
    <Table value={shared}>
      <main className={styles.builder} data-editing={editing && current !== null} data-shown={onCanvas ? 'canvas' : 'pane'} data-pane={pane}>
        <title>{`${standing.detail.name} · ${t('list.title')}`}</title>
        <Head onOpen={setOpened} figures={{ may: maySee && published !== null, on: counted, onChange: setCounted, found: figures, failed: counting.isError }} onPreview={() => { setPane('preview'); setOnCanvas(false) }} />
        <SavingBar onCompare={() => { setOpened('conflict') }} />
        <div className={styles.body}>
          <section className={styles.pane} aria-label={t(`bar.${pane}`)} onFocus={() => { area.current = pane === 'outline' ? 'list' : area.current }}>
            <Panes pane={pane} onPane={(next) => { setPane(next); setOnCanvas(false) }} onCanvas={onCanvas} onShowCanvas={() => { setOnCanvas(true) }} />
            {pane === 'outline' ? <Outline view={list} /> : pane === 'problems' ? <ProblemList /> : <Preview onClose={() => { setPane('outline') }} onPath={setPath} />}
          </section>
          <section className={styles.middle} aria-label={t('bar.canvas')} onFocus={() => { area.current = 'canvas' }}>{wide || (onCanvas && !editing) ? <Canvas view={canvas} /> : null}</section>
          <aside className={styles.side} aria-label={t('edit.label')}><Editor view={editor} onBack={back} /></aside>
        </div>
        {opened === 'add' ? <AddDialog at={at} onClose={close} /> : null}
        {opened === 'publish' ? <Publish onClose={close} onProblems={() => { setPane('problems'); setOnCanvas(false) }} /> : null}
        {opened === 'versions' ? <Versions onClose={close} /> : null}
        {opened === 'settings' ? <Settings onClose={close} /> : null}
        {opened === 'archive' ? <Archive onClose={close} /> : null}
        {opened === 'conflict' && standing.saving.name === 'conflict' ? <Conflict saving={standing.saving} onClose={close} /> : null}
      </main>
    </Table>
  )
}
