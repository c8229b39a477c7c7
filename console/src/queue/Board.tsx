/** The queue as managers see it: who waits and why, who could take it, and what is overdue; tickets are given by dragging, or by a menu. */
import './texts'

import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate } from 'react-router'

import { useMay } from '../app/session'
import { Agents } from './Agents'
import styles from './Board.module.css'
import { Breaches } from './Breaches'
import { expected, type Ticket } from './giving'
import { DragProvider } from './Dragging'
import { useAgents, useQueue, useSkills } from './useBoard'
import { useGiving } from './useGiving'
import { Waiting } from './Waiting'

export default function Board() {
  return useMay('tickets.reassign_ticket') ? <Whole /> : <Navigate to="/" replace />
}

function Whole() {
  const { t } = useTranslation('queue')
  const { t: common } = useTranslation()
  const queue = useQueue()
  const agents = useAgents()
  const skills = useSkills()
  const giving = useGiving()
  const items = useMemo(() => [...queue.items.values()], [queue.items])
  const names = useMemo(() => new Map((skills.data ?? []).map(({ id, name }) => [id, name])), [skills.data])
  const shown = useMemo(() => {
    const from = new Map<string, string | null>(items.map(({ ticket }) => [ticket.id, null]))
    return expected(agents.data ?? [], giving.moving, from)
  }, [agents.data, giving.moving, items])
  const known = useMemo(() => new Map<string, { ticket: Ticket; skill: string | null }>(items.map(({ ticket, skill }) => (
    [ticket.id, { ticket, skill: skill === null ? null : (names.get(skill) ?? null) }]))), [items, names])
  return (
    <DragProvider known={known} giving={giving}>
      <main className={styles.board} aria-label={t('title')}>
        <title>{`${t('title')} · ${common('app.name')}`}</title>
        <h1 className="unseen">{t('title')}</h1>
        <Waiting queue={queue} names={names} agents={shown} giving={giving} />
        <Agents asked={agents} agents={shown} skills={skills.data ?? []} giving={giving} />
        <Breaches />
      </main>
    </DragProvider>
  )
}
