/** What differs between two graphs, for people: steps that came and went, and each changed part with what it was and is. */
import { useTranslation } from 'react-i18next'

import styles from './Changes.module.css'
import { type Difference, lines } from './model/changes'

interface Props {
  difference: Difference
  /** What a step is called in the later graph, or the earlier one where it is gone. */
  name: (id: string) => string
}

const KNOWN = ['question', 'help', 'message', 'required', 'options', 'validation', 'nextNode', 'nextNodeMap', 'rules', 'action', 'ticket', 'submission', 'questionType', 'type'] as const

export function Changes({ difference, name }: Props) {
  const { t } = useTranslation('journeys')
  const { start, added, removed, changed } = difference
  if (start === null && added.length + removed.length + changed.length === 0) return <p className={styles.none}>{t('versions.same')}</p>
  const step = (value: unknown) => (typeof value === 'string' ? name(value) : t('versions.empty'))
  return (
    <div className={styles.changes}>
      {start === null ? null : <section><h4>{t('versions.start')}</h4><Pair from={step(start.from)} to={step(start.to)} /></section>}
      {added.length === 0 ? null : <section><h4>{t('versions.added')}</h4><ul className={styles.added}>{added.map((id) => <li key={id}>{name(id)}</li>)}</ul></section>}
      {removed.length === 0 ? null : <section><h4>{t('versions.removed')}</h4><ul className={styles.removed}>{removed.map((id) => <li key={id}>{name(id)}</li>)}</ul></section>}
      {changed.length === 0 ? null : (
        <section>
          <h4>{t('versions.changed')}</h4>
          <ul className={styles.steps}>
            {changed.map((node) => (
              <li key={node.node}>
                <b>{name(node.node)}</b>
                {node.members.map((member) => {
                  const known = KNOWN.find((one) => one === member.member)
                  const leads = member.member === 'nextNode' || member.member === 'nextNodeMap'
                  const named = (value: string | null) => (value !== null && leads ? name(value) : value)
                  return lines(member.from ?? undefined, member.to ?? undefined).map((line) => (
                    <div key={`${member.member} ${line.path}`} className={styles.line}>
                      <span className={styles.member}>{known === undefined ? member.member : t(`member.${known}`)}{line.path === '' ? '' : ` · ${line.path}`}</span>
                      <Pair from={named(line.from)} to={named(line.to)} />
                    </div>
                  ))
                })}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Pair({ from, to }: { from: string | null; to: string | null }) {
  const { t } = useTranslation('journeys')
  return (
    <span className={styles.pair}>
      <del><span className="unseen">{t('versions.from')} </span>{from ?? t('versions.empty')}</del>
      <ins><span className="unseen">{t('versions.to')} </span>{to ?? t('versions.empty')}</ins>
    </span>
  )
}
