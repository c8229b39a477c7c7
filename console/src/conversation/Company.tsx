/** Who else is in a conversation: who has it on screen, and who is writing. */
import { Eye } from 'lucide-react'
import { useCallback, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'

import { useLive } from '../app/session'
import type { Company } from '../realtime/presence'
import { Avatar } from '../ui/Marks'
import styles from './Company.module.css'

const MOST = 4

export function useCompany(ticket: string): Company {
  const { presence } = useLive()
  const watch = useCallback((changed: () => void) => presence.watch(ticket, changed), [presence, ticket])
  return useSyncExternalStore(watch, () => presence.of(ticket))
}

export function Viewers({ ticket }: { ticket: string }) {
  const { t } = useTranslation()
  const { viewing } = useCompany(ticket)
  const names = viewing.map(({ name }) => name).join(', ')
  return (
    <div className={styles.viewers} role="status" title={names === '' ? undefined : t('conversation.viewing', { who: names })}>
      {names === '' ? null : (
        <>
          <Eye aria-hidden /><span className="unseen">{t('conversation.viewing', { who: names })}</span>
          {viewing.slice(0, MOST).map((person) => <Avatar key={person.id ?? person.name} name={person.name} small />)}
          {viewing.length > MOST ? <span aria-hidden="true">+{viewing.length - MOST}</span> : null}
        </>
      )}
    </div>
  )
}

export function Typing({ ticket }: { ticket: string }) {
  const { t } = useTranslation()
  const { typing } = useCompany(ticket)
  const [one = '', other = ''] = typing.map(({ user }) => user.name)
  const text = typing.length === 0 ? '' : typing.length > 2 ? t('conversation.typingMany')
    : typing.length === 2 ? t('conversation.typingTwo', { one, other })
      : t(typing[0]?.internal === true ? 'conversation.typingNote' : 'conversation.typing', { who: one })
  return (
    <p className={styles.typing} role="status">
      {text === '' ? null : <><span className={styles.dots} aria-hidden="true"><i /><i /><i /></span>{text}</>}
    </p>
  )
}
