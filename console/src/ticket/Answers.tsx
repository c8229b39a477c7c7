/** What the customer answered in the journey before this ticket, with the pictures. */
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import type { components } from '../api/schema'
import { useApi } from '../app/session'
import { Failure } from '../app/States'
import styles from './Answers.module.css'
import { beside } from './ticket'

type Answer = components['schemas']['AnswerShown']

export function useAnswers(ticket: string) {
  const api = useApi()
  return useQuery({
    queryKey: beside.answers(ticket),
    queryFn: () => data(api.GET('/api/v1/tickets/{ticket}/answers/', { params: { path: { ticket } } })),
  })
}

export function Answers({ ticket }: { ticket: string }) {
  const { t } = useTranslation('ticket')
  const asked = useAnswers(ticket)
  if (asked.isError) return <Failure text={t('answers.failed')} again={() => void asked.refetch()} />
  return (
    <dl className={styles.answers}>
      {(asked.data ?? []).map((answer) => <div key={answer.node}><dt>{answer.question}</dt><dd><Given answer={answer} /></dd></div>)}
    </dl>
  )
}

function Given({ answer }: { answer: Answer }) {
  const { t } = useTranslation('ticket')
  const pictures = picturesOf(answer)
  if (pictures.length === 0) return answer.text === '' ? t('answers.none') : answer.text
  return (
    <ul className={styles.pictures}>
      {pictures.map((picture) => (
        <li key={picture}>
          <a href={picture} target="_blank" rel="noreferrer"><img src={`${picture}thumbnail/`} alt={t('answers.picture', { question: answer.question })} loading="lazy" /></a>
        </li>
      ))}
    </ul>
  )
}

/** The addresses of the pictures that were answered with. */
function picturesOf({ questionType, value }: Answer): readonly string[] {
  if (questionType !== 'image_upload' || !Array.isArray(value)) return []
  return value.filter((id) => typeof id === 'string').map((id) => `/api/v1/attachments/${id}/`)
}
