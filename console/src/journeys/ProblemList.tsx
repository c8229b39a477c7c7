/** All that is wrong with the draft; each leads to where it can be mended. */
import { CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { own, members } from './model/json'
import { nodeOf } from './model/graph'
import styles from './ProblemList.module.css'
import { type Problem, useBuilder } from './Table'

export function ProblemList() {
  const { t } = useTranslation('journeys')
  const { problems, labels, show } = useBuilder()
  const words = useProblemText()
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
            <span><b>{problem.node === null ? t('problems.whole') : labels.title(problem.node)}</b><span>{words(problem)}</span></span>
          </button>
        </li>
      ))}
    </ul>
  )
}

const CODES = [
  'no_start', 'unreachable', 'no_end', 'endless_circle', 'unknown_target', 'option_leads_nowhere', 'leads_nowhere', 'next_never_taken', 'option_twice', 'map_never_taken', 'empty_range', 'no_date', 'bad_pattern',
  'inserts_nothing', 'compares_nothing', 'rule_never_true', 'tag_too_long', 'unknown_priority', 'unknown_category', 'bad_mapping', 'card_not_described', 'photo_of_card', 'id_differs', 'unknown_member', 'malformed',
  'too_large', 'too_many_nodes', 'too_many_values', 'not_json',
] as const
const MEMBERS = [
  'startNode', 'nodes', 'type', 'questionType', 'question', 'help', 'message', 'required', 'options', 'validation', 'nextNode', 'nextNodeMap', 'rules', 'action', 'ticket', 'subject', 'category', 'priority', 'tags', 'submission', 'id',
] as const

/** What a problem says, in the reader's language; what the server says where it is one that is not known here. */
export function useProblemText(): (problem: Problem) => string {
  const { t } = useTranslation('journeys')
  const { graph } = useBuilder()
  return (problem) => {
    const code = CODES.find((name) => name === problem.code)
    if (code === undefined) return problem.message
    const node = problem.node === null ? null : nodeOf(graph, problem.node)
    const parts = problem.member.split('.')
    const named = (parts[0] === 'ticket' && parts[1] !== undefined ? parts[1] : parts[0]) ?? ''
    const missing = /lacks (\w+)/.exec(problem.message)?.[1]
    const member = MEMBERS.find((name) => name === (code === 'malformed' && missing !== undefined ? missing : named)) ?? ''
    const open = node?.options.filter((option) => own(members(node.raw.nextNodeMap), option.value) === undefined).map((option) => option.label || option.value)
    const values = { member: code === 'unknown_member' ? problem.member : t(`member.${member}`), key: parts.slice(1).join('.'), option: open?.find((option) => problem.message.includes(option)) ?? open?.join(', ') ?? '' }
    return t(`problem.${code}`, values)
  }
}
