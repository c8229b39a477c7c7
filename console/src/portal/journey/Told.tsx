/** What was answered so far. */
import { useTranslation } from 'react-i18next'

import type { components } from '../../api/schema'
import { answerText } from '../../app/cards'
import styles from './Run.module.css'

export function Told({ answers, title }: { answers: readonly components['schemas']['AnswerShown'][]; title: string }) {
  const { i18n } = useTranslation()
  if (answers.length === 0) return null
  return (
    <details className={styles.so}>
      <summary>{title} ({answers.length})</summary>
      <dl>
        {answers.map((answer) => (
          <div key={answer.node}>
            <dt dir="auto">{answer.question}</dt>
            <dd dir="auto">{answerText(answer, i18n.language) || '–'}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
