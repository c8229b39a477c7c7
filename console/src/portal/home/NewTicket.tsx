/** Writing without a journey. What is typed is kept on this device until it is sent, and sent under one key, so that it is there once. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { useNavigate } from 'react-router'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { keys } from '../../api/keys'
import type { components } from '../../api/schema'
import { useApi, useMe } from '../../app/session'
import { Button } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import { useAt } from '../addresses'
import { kept } from '../kept'
import { Head } from '../Page'
import pages from '../journey/Run.module.css'
import { useReason, useWords } from '../words'

const LONGEST_SUBJECT = 200
const LONGEST_TEXT = 10_000

interface Letter {
  readonly subject: string
  readonly text: string
  /** Under which it is sent, however often. */
  readonly key: string
}

export function NewTicket() {
  const { t } = useWords()
  const api = useApi()
  const at = useAt()
  const me = useMe()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const reason = useReason()
  const [paper] = useState(() => kept<Letter>(me.id, 'letter'))
  const [letter, setLetter] = useState<Letter>(() => paper.get() ?? { subject: '', text: '', key: crypto.randomUUID() })
  const [tried, setTried] = useState(false)
  const sending = useMutation<components['schemas']['TicketRow'], ApiError, Letter>({
    mutationFn: ({ subject, text, key }) => data(api.POST('/api/v1/tickets/', {
      body: { subject: subject.trim(), text, channel: 'chat' }, params: { header: { 'Idempotency-Key': key } },
    })),
    retry: (tries, error) => error.passes && tries < 3,
    onSuccess: async ({ id }) => {
      paper.drop()
      void cache.invalidateQueries({ queryKey: keys.lists })
      await navigate(at(`tickets/${id}`), { replace: true })
    },
  })
  const change = (part: Partial<Letter>) => {
    // Another text is another letter: under the key of one that may have arrived the server would refuse it.
    const next = { ...letter, ...part, key: sending.isIdle ? letter.key : crypto.randomUUID() }
    if (!sending.isIdle) sending.reset()
    setLetter(next)
    paper.set(next)
  }
  const tooLong = letter.text.length - LONGEST_TEXT
  const missing = (text: string) => (tried && text.trim() === '' ? t('ask.need') : undefined)
  const { error } = sending
  return (
    <div className={pages.run} data-whole>
      <Head title={t('ask.title')} back={at()} />
      <main className={pages.middle}>
        <Form id="letter" className={pages.column ?? ''} validationBehavior="aria" onSubmit={(event) => {
          event.preventDefault()
          setTried(true)
          if (letter.subject.trim() !== '' && letter.text.trim() !== '' && tooLong <= 0) sending.mutate(letter)
        }}>
          <h1 className={pages.question}>{t('ask.title')}</h1>
          <TextField label={t('ask.subject')} placeholder={t('ask.subjectHint')} maxLength={LONGEST_SUBJECT} value={letter.subject} onChange={(subject) => { change({ subject }) }}
            wrong={error?.fields.subject?.[0] ?? missing(letter.subject)} />
          <TextField label={t('ask.text')} rows={6} value={letter.text} onChange={(text) => { change({ text }) }}
            wrong={tooLong > 0 ? t('ask.tooLong', { count: tooLong }) : error?.fields.text?.[0] ?? missing(letter.text)} />
          {error === null || Object.keys(error.fields).length > 0 ? null : <p className={pages.wrong} role="alert">{reason(error)}</p>}
          {sending.isPaused ? <p className={pages.waits} role="status">{t('run.offline')}</p> : null}
        </Form>
      </main>
      <footer className={pages.foot}>
        <Button type="submit" form="letter" look="primary" isPending={sending.isPending}>{t(sending.isPending ? 'ask.sending' : 'ask.send')}</Button>
      </footer>
    </div>
  )
}
