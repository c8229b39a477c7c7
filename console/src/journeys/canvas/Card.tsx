/** A node on the canvas. It is drawn again only when what it shows changes. */
import { Handle, type Node as FlowNode, type NodeProps, Position } from '@xyflow/react'
import { CircleAlert, CirclePlay, Plus, TriangleAlert } from 'lucide-react'
import { memo } from 'react'

import { NodeIcon } from '../icons'
import type { Node } from '../model/graph'
import { wayTop } from '../model/layout'
import styles from './Card.module.css'
import { useComing } from './coming'

export interface Line {
  readonly id: string
  readonly text: string
  /** What it says of where it leads, where no edge shows that. */
  readonly remark: string
  readonly open: boolean
  readonly label: string
}

// A type, as React Flow asks for members of any name.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type CardData = {
  readonly node: Node
  readonly kind: string
  readonly title: string
  readonly lines: readonly Line[]
  readonly start: string | null
  readonly errors: number
  readonly warnings: number
  /** Of figures, one line. */
  readonly figures: string | null
  readonly dropped: boolean
  readonly passed: boolean
  readonly onAdd: ((node: string, way: string) => void) | null
}

export type CardNode = FlowNode<CardData, 'card'>

export const Card = memo(function Card({ data, selected }: NodeProps<CardNode>) {
  const { node, kind, title, lines, start, errors, warnings, figures, dropped, passed, onAdd } = data
  const inner = useComing(node.id)
  return (
    <div ref={inner} className={styles.card} data-kind={node.kind ?? 'unknown'} data-chosen={selected} data-wrong={errors > 0} data-passed={passed}>
      <Handle type="target" position={Position.Left} className={styles.target ?? ''} isConnectable={onAdd !== null} />
      <header className={styles.head}>
        <span className={styles.icon}><NodeIcon node={node} /></span>
        <span className={styles.kind}>{kind}</span>
        {start === null ? null : <span className={styles.start}><CirclePlay aria-hidden />{start}</span>}
        {warnings > 0 && errors === 0 ? <span className={styles.warnings}><TriangleAlert aria-hidden />{warnings}</span> : null}
        {errors > 0 ? <span className={styles.errors}><CircleAlert aria-hidden />{errors}</span> : null}
      </header>
      <p className={styles.title} data-empty={node.text.trim() === '' && node.kind !== 'end' && node.kind !== 'condition'}>{title}</p>
      {lines.map((line, place) => (
        <div key={line.id} className={styles.way}>
          <span className={styles.text}>{line.text}</span>
          {line.remark === '' ? null : <span className={styles.remark}>{line.remark}</span>}
          <Handle type="source" id={line.id} position={Position.Right} className={styles.source ?? ''} data-open={line.open} style={{ top: wayTop(place) }}
            isConnectable={onAdd !== null} title={line.label} onClick={(event) => { event.stopPropagation(); onAdd?.(node.id, line.id) }}>
            <Plus aria-hidden />
          </Handle>
        </div>
      ))}
      {figures === null ? null : <p className={styles.figures} data-dropped={dropped}>{figures}</p>}
    </div>
  )
})
