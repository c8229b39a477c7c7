/** The bar above the builder: what journey it is, how it stands, and what is done with it as a whole. */
import { useMutation } from '@tanstack/react-query'
import { Archive, ArchiveRestore, ArrowLeft, ChartColumn, CircleAlert, Copy, Download, Ellipsis, History, Play, Plus, Redo2, Rocket, Settings2, Undo2, Upload } from 'lucide-react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'

import { data } from '../api/client'
import { useApi, useMay } from '../app/session'
import { useActs, useKeyOf } from '../keyboard/useAct'
import { Button, IconButton } from '../ui/Button'
import { Menu, MenuAct, MenuLine } from '../ui/Menu'
import { Badge } from '../ui/Marks'
import { complain, say } from '../ui/Toasts'
import { spotFor } from './AddDialog'
import styles from './Builder.module.css'
import { useMove } from './Dialogs'
import { isUnchanged } from './desk/desk'
import { download, graphOf, read } from './files'
import { useRefusal } from './refusals'
import { SavingState } from './SavingState'
import { type Figures, useBuilder } from './Table'

export type Opened = 'add' | 'publish' | 'versions' | 'settings' | 'archive' | 'conflict' | null
export type Pane = 'outline' | 'problems' | 'preview'

interface Props {
  onOpen: (what: Opened) => void
  onPreview: () => void
  figures: { may: boolean; on: boolean; onChange: (on: boolean) => void; found: Figures | undefined; failed: boolean }
}

export function Head({ onOpen, onPreview, figures }: Props) {
  const { t, i18n } = useTranslation('journeys')
  const builder = useBuilder()
  const { desk, standing, mayChange, problems } = builder
  const mayPublish = useMay('journeys.publish_journey')
  const { detail, history } = standing
  const unchanged = isUnchanged(standing)
  const changes = detail.state === 'published' && !unchanged
  const rate = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 })
  const key = { undo: useKeyOf('journey.undo'), redo: useKeyOf('journey.redo'), add: useKeyOf('journey.add'), preview: useKeyOf('journey.preview') }
  useActs([
    { id: 'journey.publish', text: t('bar.publish'), group: 'journey', possible: mayPublish, run: () => { onOpen('publish') } },
    { id: 'journey.versions', text: t('bar.versions'), group: 'journey', run: () => { onOpen('versions') } },
    { id: 'journey.settings', text: t('bar.settings'), group: 'journey', run: () => { onOpen('settings') } },
  ])
  return (
    <header className={styles.head}>
      <Link to="/journeys" className={styles.back ?? ''} aria-label={t('bar.back')} title={t('bar.back')}><ArrowLeft aria-hidden /></Link>
      <div className={styles.name}>
        <h1 title={detail.name}>{detail.name}</h1>
        <Badge tone={detail.state === 'published' ? 'good' : 'plain'}>{t(`state.${detail.state}`)}</Badge>
        {changes ? <Badge tone="warn">{t('bar.changes')}</Badge> : null}
        <SavingState />
      </div>
      {figures.on && figures.found !== undefined ? (
        <span className={styles.figures} role="status">{figures.found.starts === 0 ? t('figures.none') : t('figures.summary', { starts: String(figures.found.starts), completions: String(figures.found.completions), rate: rate.format(figures.found.completion_rate ?? 0) })}</span>
      ) : null}
      {figures.on && figures.failed && figures.found === undefined ? <span className={styles.figures} role="alert">{t('figures.failed')}</span> : null}
      <div className={styles.tools}>
        <IconButton label={t('bar.undo')} shortcut={key.undo} isDisabled={!mayChange || history.past.length === 0} onPress={() => { desk.undo() }}><Undo2 aria-hidden /></IconButton>
        <IconButton label={t('bar.redo')} shortcut={key.redo} isDisabled={!mayChange || history.future.length === 0} onPress={() => { desk.redo() }}><Redo2 aria-hidden /></IconButton>
        <span className={styles.line} />
        {figures.may ? <IconButton label={t('bar.figures')} aria-pressed={figures.on} onPress={() => { figures.onChange(!figures.on) }}><ChartColumn aria-hidden /></IconButton> : null}
        <IconButton label={t('bar.versions')} onPress={() => { onOpen('versions') }}><History aria-hidden /></IconButton>
        <More onOpen={onOpen} />
        <Button icon={<Plus aria-hidden />} isDisabled={!mayChange} onPress={() => { builder.ask(spotFor(builder)) }} aria-keyshortcuts={key.add}><span className={styles.word}>{t('bar.add')}</span></Button>
        <span className={styles.hasTab}><Button icon={<Play aria-hidden />} onPress={onPreview} aria-keyshortcuts={key.preview}>{t('bar.preview')}</Button></span>
        {mayPublish ? <Button look={unchanged ? 'usual' : 'primary'} icon={problems.errors > 0 ? <CircleAlert aria-hidden /> : <Rocket aria-hidden />} onPress={() => { onOpen('publish') }}>{t('bar.publish')}</Button> : null}
      </div>
    </header>
  )
}

function More({ onOpen }: { onOpen: (what: Opened) => void }) {
  const { t } = useTranslation('journeys')
  const api = useApi()
  const go = useNavigate()
  const file = useRef<HTMLInputElement>(null)
  const { desk, standing, mayChange } = useBuilder()
  const mayPublish = useMay('journeys.publish_journey')
  const { act } = useMove()
  const refusal = useRefusal()
  const { detail } = standing
  const { name, description, audience, language } = detail
  const copying = useMutation({
    mutationFn: () => data(api.POST('/api/v1/journeys/', { body: { name: t('list.copyName', { name }).slice(0, 200), description, audience, language, graph: desk.graph } })),
    onSuccess: (made) => { void go(`/journeys/${made.id}`) },
    onError: (error) => { complain(refusal(error)) },
  })
  const take = async (given: File) => {
    const found = await read(given)
    if ('wrong' in found) complain(t(`list.${found.wrong}`))
    else {
      desk.edit(() => graphOf(found.file))
      say(t('import.done'), { label: t('bar.undo'), run: () => { desk.undo() } })
    }
  }
  return (
    <>
      <input ref={file} type="file" accept=".json,application/json" hidden onChange={(event) => { const given = event.target.files?.[0]; event.target.value = ''; if (given !== undefined) void take(given) }} />
      <Menu label={t('bar.more')} placement="bottom end" trigger={<IconButton label={t('bar.more')}><Ellipsis aria-hidden /></IconButton>}>
        <MenuAct icon={<Settings2 aria-hidden />} onAction={() => { onOpen('settings') }}>{t('bar.settings')}</MenuAct>
        <MenuAct icon={<Copy aria-hidden />} isDisabled={!mayChange} onAction={() => { copying.mutate() }}>{t('bar.duplicate')}</MenuAct>
        <MenuLine />
        <MenuAct icon={<Download aria-hidden />} onAction={() => { download(name, { name, description, audience, language, graph: desk.graph }) }}>{t('bar.export')}</MenuAct>
        <MenuAct icon={<Upload aria-hidden />} isDisabled={!mayChange} onAction={() => file.current?.click()}>{t('bar.importInto')}</MenuAct>
        <MenuLine />
        {detail.state === 'archived' ? <MenuAct icon={<ArchiveRestore aria-hidden />} isDisabled={!mayPublish} onAction={() => void act('restore')}>{t('bar.restore')}</MenuAct>
          : <MenuAct icon={<Archive aria-hidden />} isDisabled={!mayPublish} onAction={() => { onOpen('archive') }}>{t('bar.archive')}</MenuAct>}
      </Menu>
    </>
  )
}

/** What stands left of the canvas; on a small screen, instead of it. */
export function Panes({ pane, onPane, onCanvas, onShowCanvas }: { pane: Pane; onPane: (pane: Pane) => void; onCanvas: boolean; onShowCanvas: () => void }) {
  const { t } = useTranslation('journeys')
  const { problems } = useBuilder()
  const warnings = problems.all.length - problems.errors
  return (
    <div className={styles.panes} role="group" aria-label={t('bar.views')}>
      <button type="button" className={styles.onlyNarrow} aria-pressed={onCanvas} onClick={onShowCanvas}>{t('bar.canvas')}</button>
      <button type="button" aria-pressed={pane === 'outline'} data-aside={onCanvas} onClick={() => { onPane('outline') }}>{t('bar.outline')}</button>
      <button type="button" aria-pressed={pane === 'problems'} data-aside={onCanvas} onClick={() => { onPane('problems') }}>
        {t('bar.problems')}
        {problems.all.length === 0 ? null : <Badge tone={problems.errors > 0 ? 'bad' : 'warn'}>{problems.errors > 0 ? problems.errors : warnings}</Badge>}
      </button>
      <button type="button" aria-pressed={pane === 'preview'} data-aside={onCanvas} onClick={() => { onPane('preview') }}>{t('bar.preview')}</button>
    </div>
  )
}
