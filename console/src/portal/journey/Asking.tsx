/** One question: what is typed is checked at once, kept on this device, and taken by the server or refused with a reason. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'

import { data } from '../../api/client'
import { ApiError } from '../../api/errors'
import { keys } from '../../api/keys'
import { date, number } from '../../app/time'
import { useApi, useMe } from '../../app/session'
import { Button } from '../../ui/Button'
import { kept } from '../kept'
import { portalKeys } from '../keys'
import { useReason, useWords } from '../words'
import { begun, fits, isBlank, longest, type Node, type Problem, problemOf, text, type Typed, valueOf } from './answers'
import { Control } from './Control'
import type { RunShown } from './Run'
import styles from './Run.module.css'
import { Told } from './Told'

const RESTS = 500 // milliseconds without a letter, after which the server is asked about a pattern
const NEAR = 200 // letters before the longest at which those that are left are shown

interface Props {
  run: RunShown
  node: Node
  /** It went on elsewhere since it was shown here. */
  overtaken: boolean
  onOvertaken: (overtaken: boolean) => void
}

export function Asking({ run, node, overtaken, onOvertaken }: Props) {
  const { t } = useWords()
  const me = useMe()
  const [paper] = useState(() => kept<Typed>(me.id, `answer ${run.id} ${node.id}`))
  const { i18n } = useWords()
  const [typed, setTyped] = useState<Typed>(() => {
    const found = paper.get()
    return found !== undefined && fits(node, found) ? found : begun(node, i18n.language)
  })
  const [tried, setTried] = useState(false)
  const [uploading, setUploading] = useState(false)
  const { answering, going, refusal, refused } = useGoing(run, node, onOvertaken, () => { paper.drop() })
  const said = useSaid()
  const problem = problemOf(node, typed)
  const formless = usePattern(run.id, node, typed, problem)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => { if (run.answers.length > 0) heading.current?.focus() }, [run.answers.length])
  const change = (next: Typed) => {
    setTyped(next)
    paper.set(next)
    answering.reset()
  }
  const send = (given: Typed) => {
    setTried(true)
    if (problemOf(node, given) === null && !uploading) answering.mutate(valueOf(node, given))
  }
  const atField = node.questionType === 'gift_card' && problem !== null && problem.key !== 'required'
  const told = uploading && tried ? t('check.uploading') : problem !== null && !atField && (tried || problem.now === true) ? said(problem) : formless ? t('check.form') : refusal
  return (
    <>
      <main className={styles.middle}>
        <form id="question" noValidate className={styles.column} onSubmit={(event) => {
          event.preventDefault()
          send(typed)
        }}>
          {overtaken ? <p className={styles.told} role="status">{t('run.elsewhere')}</p> : null}
          {run.messages.map((message, index) => <p key={index} className={styles.message} dir="auto">{message}</p>)}
          <div>
            <h1 ref={heading} tabIndex={-1} className={styles.question} id="asked" dir="auto">{node.question}</h1>
            {node.help === '' ? null : <p className={styles.help} id="help" dir="auto">{node.help}</p>}
          </div>
          <Control node={node} typed={typed} wrong={told !== null} tried={tried} refused={refused} onChange={change} onTried={() => { setTried(true) }} onUploading={setUploading} />
          <div className={styles.below}>
            <span className={styles.problem} id="problem" role="alert">{told}</span>
            {node.questionType === 'text' ? <Left node={node} typed={typed} /> : null}
          </div>
          {node.required ? null : <p className={styles.optional}>{t('run.optional')}</p>}
          <Remarks answering={answering} going={going} />
          <Told answers={run.answers} title={t('run.answers')} />
        </form>
      </main>
      <footer className={styles.foot}>
        {run.can_go_back ? <Button isPending={going.isPending} onPress={() => { going.mutate() }}>{t('run.back')}</Button> : null}
        <Button type="submit" form="question" look="primary" isPending={answering.isPending}>
          {t(answering.isPending ? 'run.sending' : !node.required && isBlank(node, typed) ? 'run.skip' : 'run.next')}
        </Button>
      </footer>
    </>
  )
}

function Left({ node, typed }: { node: Node; typed: Typed }) {
  const { t } = useWords()
  const left = longest(node) - Array.from(text(typed).trim()).length
  return left > NEAR || left < 0 ? null : <span className={styles.left}>{t('check.left', { count: left })}</span>
}

function useSaid(): (problem: Problem) => string {
  const { t, i18n } = useWords()
  return ({ key, count = 0, limit = '' }) => {
    const day = key === 'early' || key === 'late'
    return t(`check.${key}`, { count, limit: limit === '' ? '' : day ? date(limit, i18n.language) : number(limit, i18n.language) })
  }
}

/** Whether the server says that a text does not match; asked when one stops typing, since its patterns are not a browser's. */
function usePattern(run: string, node: Node, typed: Typed, problem: Problem | null): boolean {
  const api = useApi()
  const [rested, setRested] = useState('')
  const given = text(typed)
  const asks = node.questionType === 'text' && typeof node.validation.pattern === 'string' && problem === null && given.trim() !== ''
  useEffect(() => {
    const rests = setTimeout(() => { setRested(given) }, RESTS)
    return () => { clearTimeout(rests) }
  }, [given])
  const asked = useQuery({
    queryKey: ['check', run, node.id, rested], enabled: asks && rested === given, retry: false, staleTime: Infinity,
    queryFn: ({ signal }) => data(api.POST('/api/v1/runs/{run}/check/', { params: { path: { run } }, body: { node: node.id, value: rested }, signal })),
  })
  return asks && rested === given && asked.data?.valid === false
}

type Value = ReturnType<typeof valueOf>

function useGoing(run: RunShown, node: Node, onOvertaken: Props['onOvertaken'], taken: () => void) {
  const { t } = useWords()
  const api = useApi()
  const cache = useQueryClient()
  const stands = (next: RunShown) => {
    onOvertaken(false)
    cache.setQueryData(portalKeys.run(run.id), next)
    void cache.invalidateQueries({ queryKey: next.status === 'completed' ? keys.lists : portalKeys.runs })
  }
  /** The run went on elsewhere: it is shown as it stands, and what was typed here is kept. */
  const overtaken = (error: Error) => {
    if (error instanceof ApiError && error.status === 409 && typeof error.body.current === 'object') {
      cache.setQueryData(portalKeys.run(run.id), error.body.current)
      onOvertaken(true)
    }
  }
  const params = { path: { run: run.id } }
  const answering = useMutation<RunShown, Error, Value>({
    mutationFn: (value) => data(api.POST('/api/v1/runs/{run}/answers/', { params, body: { node: node.id, value } })),
    retry: (tries, error) => error instanceof ApiError && error.passes && tries < 2,
    onSuccess: (next) => {
      taken()
      stands(next)
    },
    onError: overtaken,
  })
  const going = useMutation<RunShown>({ mutationFn: () => data(api.POST('/api/v1/runs/{run}/back/', { params })), onSuccess: stands, onError: overtaken })
  const { error } = answering
  const fields = error instanceof ApiError ? error.fields : {}
  const reason = fields.value?.[0]
  const refused = Object.fromEntries(Object.entries(fields).flatMap(([name, [text]]) => (name.startsWith('value.') && text !== undefined ? [[name.slice('value.'.length), text] as const] : [])))
  return { answering, going, refusal: reason === undefined ? null : t('run.refused', { reason }), refused }
}

interface Outcome {
  readonly error: Error | null
  readonly isPaused: boolean
}

function Remarks({ answering, going }: { answering: Outcome; going: Outcome }) {
  const { t } = useWords()
  const reason = useReason()
  const error = answering.error ?? going.error
  if (answering.isPaused || going.isPaused) return <p className={styles.waits} role="status">{t('run.offline')}</p>
  if (!(error instanceof ApiError) || Object.keys(error.fields).some((name) => name === 'value' || name.startsWith('value.')) || error.status === 409) return null
  return <p className={styles.wrong} role="alert">{reason(error)}</p>
}
