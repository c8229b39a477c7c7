/** The journey as a list in reading order, with branches below what they branch from: the same as the canvas, for who reads or listens. */
import { CircleAlert, TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useImperativeHandle, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { NodeIcon } from './icons'
import { nodeOf, startOf } from './model/graph'
import type { Row } from './model/outline'
import styles from './Outline.module.css'
import { go, steered } from './steering'
import { useBuilder } from './Table'
import type { View } from './canvas/Canvas'

const DEEPEST = 8 // levels that are drawn further to the right

export function Outline({ view }: { view: RefObject<View | null> }) {
  const { t } = useTranslation('journeys')
  const builder = useBuilder()
  const { rows, current } = builder
  const list = useRef<HTMLUListElement>(null)
  const row = (id: string) => list.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)
  useImperativeHandle(view, () => ({ show: (id, focus) => { const found = row(id); found?.scrollIntoView({ block: 'nearest' }); if (focus) found?.focus({ preventScroll: true }) } }), [])
  useEffect(() => { if (current !== null) row(current)?.scrollIntoView({ block: 'nearest' }) }, [current])
  const steer = (event: KeyboardEvent) => {
    const at = rows.findIndex((found) => found.id === (current ?? rows[0]?.id))
    const by = event.altKey ? undefined : { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key]
    if (by !== undefined) go(event, builder, rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.id)
    else if (event.key === 'ArrowLeft' && !event.altKey) go(event, builder, rows.slice(0, at).findLast((found) => found.depth < (rows[at]?.depth ?? 0))?.id)
    else if (event.key === 'ArrowRight' && !event.altKey) go(event, builder, rows[at + 1] !== undefined && (rows[at + 1]?.depth ?? 0) > (rows[at]?.depth ?? 0) ? rows[at + 1]?.id : null)
    else steered(event, builder)
  }
  if (rows.length === 0) return <p className={styles.empty}>{t('outline.empty')}</p>
  const firstUnreached = rows.find((found) => !found.reached)?.id
  return (
    <ul ref={list} className={styles.outline} role="tree" aria-label={t('outline.label')} aria-multiselectable="true" onKeyDown={steer}>
      {rows.map((found, place) => <Item key={found.id} row={found} first={place === 0} apart={found.id === firstUnreached} />)}
    </ul>
  )
}

function Item({ row, first, apart }: { row: Row; first: boolean; apart: boolean }) {
  const { t } = useTranslation('journeys')
  const { graph, labels, problems, standing, current, choose, show, path } = useBuilder()
  const node = nodeOf(graph, row.id)
  if (node === null) return null
  const found = problems.of.get(row.id) ?? []
  const errors = found.filter((problem) => problem.level === 'error').length
  const parent = row.parent === null ? null : nodeOf(graph, row.parent)
  const via = parent === null ? [] : row.via.map((way) => labels.way(parent, way))
  return (
    <>
    {apart ? <li role="none" className={styles.apart}>{t('outline.unreached')}</li> : null}
    <li role="treeitem" data-id={row.id} data-depth={Math.min(row.depth, DEEPEST)} aria-level={row.depth + 1} aria-selected={standing.chosen.includes(row.id)} aria-label={[...(via.length === 0 ? [] : [t('outline.via', { ways: via.join(', ') })]), labels.story(row, found.length)].join(' ')}
      tabIndex={row.id === current || (current === null && first) ? 0 : -1} className={styles.item} data-passed={path.includes(row.id)}
      style={{ paddingInlineStart: `${0.6 + Math.min(row.depth, DEEPEST) * 1.1}rem` }}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) choose(standing.chosen.includes(row.id) ? standing.chosen.filter((id) => id !== row.id) : [...standing.chosen, row.id])
        else show(row.id)
      }}
      onDoubleClick={() => { show(row.id, 'editor') }}>
      {via.length === 0 ? null : <span className={styles.via}>{t('outline.via', { ways: via.join(', ') })}</span>}
      <span className={styles.line}>
        <span className={styles.icon} data-kind={node.kind ?? 'unknown'}><NodeIcon node={node} /></span>
        {startOf(graph) === row.id ? <span className={styles.mark} data-mark={t('node.start')} /> : null}
        <span className={styles.title} data-empty={node.text.trim() === ''}>{labels.title(row.id)}</span>
        {node.kind === 'end' ? <span className={styles.mark} data-end data-mark={t('kind.end')} /> : null}
        {errors > 0 ? <CircleAlert className={styles.error} aria-hidden /> : found.length > 0 ? <TriangleAlert className={styles.warning} aria-hidden /> : null}
      </span>
    </li>
    </>
  )
}
