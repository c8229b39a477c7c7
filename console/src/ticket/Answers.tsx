/** What the customer answered in the journey before this ticket, with the pictures. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import type { components } from '../api/schema'
import { answerText } from '../app/cards'
import { useApi } from '../app/session'
import { Failure } from '../app/States'
import type { Attachment } from '../realtime/frames'
import styles from './Answers.module.css'
import { beside } from './ticket'

const Viewer = lazy(() => import('../conversation/viewer/Viewer'))
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
  const { t, i18n } = useTranslation('ticket')
  const [looked, setLooked] = useState<string | null>(null)
  const pictures = picturesOf(answer)
  if (pictures.length === 0) return answerText(answer, i18n.language) || t('answers.none')
  return (
    <>
      <ul className={styles.pictures}>
        {pictures.map(({ id, url, thumbnail }) => (
          <li key={id}>
            <a href={url} onClick={(event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); setLooked(id) } }}>
              <img src={thumbnail ?? url} alt={t('answers.picture', { question: answer.question })} loading="lazy" />
            </a>
          </li>
        ))}
      </ul>
      {looked === null ? null : <Suspense><Viewer pictures={pictures} first={looked} onClose={() => { setLooked(null) }} /></Suspense>}
    </>
  )
}

/** The pictures that were answered with, of which only the keys are known. */
function picturesOf({ question, questionType, value }: Answer): readonly Attachment[] {
  if (questionType !== 'image_upload' || !Array.isArray(value)) return []
  return value.filter((id) => typeof id === 'string').map((id) => {
    const url = `/api/v1/attachments/${id}/`
    return { id, name: question, type: 'image', size: 0, width: null, height: null, url, thumbnail: `${url}thumbnail/` }
  })
}
