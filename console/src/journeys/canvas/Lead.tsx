/** An edge: a curve from a way to where it leads. */
import { BaseEdge, type Edge as FlowEdge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react'
import { Plus } from 'lucide-react'
import { memo } from 'react'

import type { Point } from '../model/layout'
import styles from './Canvas.module.css'
import { curve } from './curve'

// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type LeadData = { readonly passed: boolean; readonly near: boolean; readonly bends: readonly Point[]; readonly insert: string; readonly onInsert: (() => void) | null }
export type LeadEdge = FlowEdge<LeadData, 'lead'>

export const Lead = memo(function Lead({ sourceX, sourceY, targetX, targetY, selected, data, markerEnd }: EdgeProps<LeadEdge>) {
  const { path, middle } = curve([{ x: sourceX, y: sourceY }, ...data?.bends ?? [], { x: targetX, y: targetY }])
  const look = [styles.lead, selected === true ? styles.chosen : '', data?.passed === true ? styles.passed : '', data?.near === true ? styles.near : '']
  return (
    <>
      <BaseEdge path={path} interactionWidth={18} className={look.join(' ')} {...(markerEnd === undefined ? {} : { markerEnd })} />
      {selected === true && data?.onInsert != null ? (
        <EdgeLabelRenderer>
          <button type="button" className={`${styles.insert ?? ''} nodrag nopan`} style={{ transform: `translate(-50%, -50%) translate(${middle.x}px, ${middle.y}px)` }}
            title={data.insert} aria-label={data.insert} onClick={data.onInsert}><Plus aria-hidden /></button>
        </EdgeLabelRenderer>
      ) : null}
    </>
  )
})
