/** The journey drawn: React Flow with places of our own making. Keys are about the chosen node, wherever the cursor is on the canvas. */
import '@xyflow/react/dist/base.css'

import { Background, type Connection, type EdgeTypes, MiniMap, type NodeTypes, getViewportForBounds, ReactFlow, ReactFlowProvider, useReactFlow, type Viewport } from '@xyflow/react'
import { Maximize, Plus, ZoomIn, ZoomOut } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useAct } from '../../keyboard/useAct'
import { Button, IconButton } from '../../ui/Button'
import { addNode, connect, START } from '../model/edit'
import { edges, nodeOf, sources, targets } from '../model/graph'
import { beside, type Box, layout, shape } from '../model/layout'
import { useBuilder } from '../Table'
import { go, steered } from '../steering'
import styles from './Canvas.module.css'
import { Card } from './Card'
import { Coming } from './coming'
import { Drawing } from './flow'
import { Lead } from './Lead'
import { facing, inSight, type Space } from './sight'

const NODES: NodeTypes = { card: Card }
const EDGES: EdgeTypes = { lead: Lead }
const [FARTHEST, NEAREST] = [0.1, 1.75] // zoom
const READABLE = 0.5
const BEGINNING = 0.75

export interface View {
  /** Bring a node into view, and the cursor on it where `focus` says so. */
  show: (id: string, focus: boolean) => void
}

export function Canvas({ view }: { view: RefObject<View | null> }) {
  return <ReactFlowProvider><Flow view={view} /></ReactFlowProvider>
}

function Flow({ view }: { view: RefObject<View | null> }) {
  const { t, i18n } = useTranslation('journeys')
  const builder = useBuilder()
  const { graph, rows, labels, problems, figures, path, standing, current, mayChange, ask, edit, choose, show } = builder
  const flow = useReactFlow()
  const frame = useRef<HTMLDivElement>(null)
  const [edge, setEdge] = useState<string | null>(null)
  const form = shape(graph)
  // The same places as long as the shape is the same: texts change nothing of them.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const { boxes, bends } = useMemo(() => layout(graph), [form])
  const drawing = useMemo(() => new Drawing(t, ask, mayChange), [t, ask, mayChange])
  const seen = { graph, rows, boxes, bends, labels, problems: problems.of, figures, path, chosen: standing.chosen, current, edge, language: i18n.language }
  const cards = drawing.cards(seen)
  const leads = drawing.leads(seen)

  const wanted = useRef<string | null>(null)
  // Nodes out of view are not drawn: meanwhile the canvas has the cursor, so that no key is lost.
  const [cursor] = useState(() => {
    const rest = (id: string | null) => {
      wanted.current = id
      frame.current?.focus({ preventScroll: true })
    }
    return {
      rest,
      to: (id: string) => {
        const found = frame.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)
        if (found == null) { rest(id); return }
        wanted.current = null
        found.focus({ preventScroll: true })
      },
      comes: (id: string, node: HTMLElement) => { if (wanted.current === id && document.activeElement === frame.current) node.focus({ preventScroll: true }) },
      goes: (id: string, node: HTMLElement) => { if (node.contains(document.activeElement)) rest(id) },
    }
  })
  // Where the canvas is moving to: what is in view now may not be in a moment.
  const aim = useRef<Viewport | null>(null)
  const move = useCallback((to: Viewport, duration: number) => {
    aim.current = to
    void flow.setViewport(to, { duration: calm() ? 0 : duration }).then(() => { if (aim.current === to) aim.current = null })
  }, [flow])
  const bring = useCallback((id: string | null, duration = 200) => {
    const box = id === null ? undefined : boxes.get(id)
    const space = frame.current?.getBoundingClientRect()
    if (box === undefined || space === undefined) return
    const at = aim.current ?? flow.getViewport()
    if (!inSight(box, at, space)) move(facing(box, at, space), duration)
  }, [boxes, flow, move])
  useImperativeHandle(view, () => ({
    show: (id, focus) => {
      bring(id)
      if (focus) cursor.to(id)
    },
  }), [bring, cursor])
  // Beside a pane that grows the canvas gets smaller: the chosen node stays in view, unless one had moved away from it.
  const size = useRef<Space | null>(null)
  useEffect(() => {
    const watched = frame.current
    if (watched === null) return undefined
    const resized = new ResizeObserver(() => {
      const before = size.current
      size.current = watched.getBoundingClientRect()
      const box = current === null ? undefined : boxes.get(current)
      if (before !== null && box !== undefined && inSight(box, aim.current ?? flow.getViewport(), before)) bring(current)
    })
    resized.observe(watched)
    return () => { resized.disconnect() }
  }, [boxes, bring, current, flow])

  const fit = (duration = 200) => {
    const space = frame.current?.getBoundingClientRect()
    if (space !== undefined) move(getViewportForBounds(around(boxes), space.width, space.height, FARTHEST, NEAREST, 0.08), duration)
  }
  // All of it where that can be read, else where it starts; in either case with the node that one was about.
  const begin = () => {
    const space = frame.current?.getBoundingClientRect()
    const whole = around(boxes)
    const first = boxes.get(rows[0]?.id ?? '')
    if (space === undefined) return
    const zoom = Math.min(space.width / whole.width, space.height / whole.height) * 0.92
    if (zoom >= READABLE || first === undefined) fit(0)
    else move({ x: 40 - first.x * BEGINNING, y: space.height / 2 - (first.y + first.height / 2) * BEGINNING, zoom: BEGINNING }, 0)
    bring(current, 0)
  }
  useAct({ id: 'journey.fit', text: t('keys.fit'), group: 'journey', key: 'f', run: () => { fit() } })

  const steer = (event: KeyboardEvent) => {
    if (edge !== null && (event.key === 'Delete' || event.key === 'Backspace') && mayChange) {
      const found = edges(graph).find((one) => one.id === edge)
      if (found !== undefined) edit((from) => connect(from, found.from, found.way, null))
      setEdge(null)
      event.preventDefault()
      return
    }
    const id = current ?? rows[0]?.id
    if (id === undefined) return
    const to = { ArrowRight: () => targets(graph, id)[0], ArrowLeft: () => sources(graph, id)[0], ArrowDown: () => beside(boxes, id, 'down'), ArrowUp: () => beside(boxes, id, 'up') }[event.key]
    if (to !== undefined && !event.altKey) go(event, builder, to())
    else steered(event, builder)
  }
  return (
    <Coming value={cursor}>
    <div ref={frame} className={styles.canvas} role="group" tabIndex={0} aria-label={t('canvas.label')} aria-describedby="canvas-hint" onKeyDown={steer}>
      <p id="canvas-hint" className="unseen">{t('canvas.hint')}</p>
      <ReactFlow className={styles.flow ?? ''} aria-label={t('canvas.label')} nodes={cards} edges={leads} nodeTypes={NODES} edgeTypes={EDGES}
        onlyRenderVisibleElements nodesDraggable={false} nodesFocusable={false} edgesFocusable={false} elementsSelectable={false} disableKeyboardA11y
        nodesConnectable={mayChange} connectionRadius={36} deleteKeyCode={null} selectionKeyCode={null} multiSelectionKeyCode={null} panOnScroll zoomOnDoubleClick={false}
        minZoom={FARTHEST} maxZoom={NEAREST} onMove={(event) => { if (event !== null) aim.current = null }} onInit={begin} connectOnClick={false}
        onNodeClick={(event, node) => {
          setEdge(null)
          const several = event.ctrlKey || event.metaKey || event.shiftKey
          if (several) choose(standing.chosen.includes(node.id) ? standing.chosen.filter((id) => id !== node.id) : [...standing.chosen, node.id])
          else choose([node.id])
          cursor.to(node.id)
        }}
        onNodeDoubleClick={(_, node) => { show(node.id, 'editor') }}
        onEdgeClick={(_, found) => { setEdge(found.id); choose([]); cursor.rest(null) }}
        onPaneClick={() => { setEdge(null); choose([]) }}
        onConnect={({ source, sourceHandle, target }: Connection) => { edit((from) => connect(from, source, sourceHandle ?? 'next', target)) }}
        onConnectEnd={(event, { fromNode, fromHandle, isValid }) => {
          if (isValid === true || fromNode === null || fromHandle.type !== 'source' || !onPane(event)) return
          ask({ node: fromNode.id, way: fromHandle.id ?? 'next' })
        }}>
        <Background gap={20} size={1.2} />
        {rows.length > 12 ? <MiniMap pannable zoomable ariaLabel={t('canvas.map')} nodeColor="var(--line-strong)" nodeBorderRadius={24} style={{ width: 160, height: 100 }} /> : null}
      </ReactFlow>
      {mayChange && rows.every(({ id }) => nodeOf(graph, id)?.kind === 'end') ? <Begin /> : null}
      <div className={styles.tools} role="group" aria-label={t('canvas.label')}>
        <IconButton small label={t('canvas.zoomIn')} onPress={() => void flow.zoomIn({ duration: 120 })}><ZoomIn aria-hidden /></IconButton>
        <IconButton small label={t('canvas.zoomOut')} onPress={() => void flow.zoomOut({ duration: 120 })}><ZoomOut aria-hidden /></IconButton>
        <IconButton small label={t('canvas.fit')} shortcut="F" onPress={() => { fit() }}><Maximize aria-hidden /></IconButton>
      </div>
    </div>
    </Coming>
  )
}

/** What to do first, as long as nobody is asked or told anything. */
function Begin() {
  const { t } = useTranslation('journeys')
  const { rows, ask, edit, show } = useBuilder()
  const end = () => {
    let added = ''
    edit((from) => { const made = addNode(from, 'end', { at: START }); added = made.id; return made.graph })
    show(added, 'editor')
  }
  return (
    <div className={styles.begin} role="note">
      <p><b>{t('begin.title')}</b></p>
      <p>{t(rows.length === 0 ? 'begin.empty' : 'begin.ends')}</p>
      <div>
        <Button look="primary" icon={<Plus aria-hidden />} onPress={() => { ask(START) }}>{t('begin.question')}</Button>
        {rows.length === 0 ? <Button onPress={end}>{t('begin.end')}</Button> : null}
      </div>
    </div>
  )
}

/** What holds all nodes; never larger on the screen than they are. */
function around(boxes: ReadonlyMap<string, Box>) {
  const all = [...boxes.values()]
  const [left, top] = [Math.min(0, ...all.map((box) => box.x)), Math.min(0, ...all.map((box) => box.y))]
  const width = Math.max(600, ...all.map((box) => box.x + box.width - left))
  return { x: left, y: top, width, height: Math.max(400, ...all.map((box) => box.y + box.height - top)) }
}

function onPane(event: MouseEvent | TouchEvent): boolean {
  return event.target instanceof Element && event.target.closest('.react-flow__pane') !== null
}

function calm(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
