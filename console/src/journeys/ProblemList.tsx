/** All that is wrong with the draft; each leads to where it can be mended. */
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { nodeOf } from './model/graph'
import styles from './ProblemList.module.css'
import { sentence } from './sentences'
import { type Problem, useBuilder } from './Table'

export function ProblemList() {
  const { t } = useTranslation('journeys')
  const { graph, problems, labels, show } = useBuilder()
  const words = useProblemText()
  const whose = ({ node: id }: Problem) => {
    const node = id === null ? null : nodeOf(graph, id)
    if (node === null) return t('problems.whole')
    return node.text.trim() === '' ? t('node.about', { text: labels.title(node.id), kind: labels.kind(node) }) : labels.title(node.id)
  }
  if (problems.state === 'failed') return <p className={styles.remark} role="alert">{t('problems.failed')}</p>
  if (problems.all.length === 0) {
    return <p className={styles.remark} role="status">{problems.state === 'checking' ? t('problems.checking') : <><CircleCheck aria-hidden />{t('problems.none')}</>}</p>
  }
  return (
    <ul className={styles.list} aria-label={t('problems.label')}>
      {problems.all.map((problem, place) => (
        <li key={place}>
          <button type="button" className={styles.problem} disabled={problem.node === null} onClick={() => { if (problem.node !== null) show(problem.node, 'editor', problem.member) }}>
            {problem.level === 'error' ? <CircleAlert className={styles.error} aria-label={t('problems.error')} role="img" /> : <TriangleAlert className={styles.warning} aria-label={t('problems.warning')} role="img" />}
            <span><b>{whose(problem)}</b><span>{words(problem)}</span></span>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** What a problem says, in the reader's language. */
export function useProblemText(): (problem: Problem) => string {
  const { t } = useTranslation('journeys')
  const { graph } = useBuilder()
  return (problem) => sentence(problem, graph, t)
}
