/** What was answered so far. */
import type { components } from '../../api/schema'
import styles from './Run.module.css'

export function Told({ answers, title }: { answers: readonly components['schemas']['AnswerShown'][]; title: string }) {
  if (answers.length === 0) return null
  return (
    <details className={styles.so}>
      <summary>{title} ({answers.length})</summary>
      <dl>
        {answers.map(({ node, question, text }) => (
          <div key={node}>
            <dt dir="auto">{question}</dt>
            <dd dir="auto">{text === '' ? '–' : text}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
