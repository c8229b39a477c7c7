/** A message that is not stored yet, or that the server will not have. */
import { CircleAlert, Clock3 } from 'lucide-react'
import { useTranslation } from 'react-i18next'

import { useLive, useMe, useWatched } from '../app/session'
import { clock } from '../app/time'
import type { KeptFile } from '../realtime/files'
import type { Unsent } from '../realtime/unsent'
import { Button } from '../ui/Button'
import { Bubble } from './Entries'
import styles from './Entries.module.css'
import { Kept } from './Kept'
import { Linked } from './Linked'
import { copy } from './MessageMenu'

export function Unstored({ message, files }: { message: Unsent; files: readonly KeptFile[] }) {
  const { t, i18n } = useTranslation()
  const { sender, state } = useLive()
  const { name } = useMe()
  const ready = useWatched(state).name === 'ready'
  const { refusal } = message
  return (
    <li className={styles.entry}>
      <Bubble name={t('conversation.you')} face={name} ours note={message.internal} joined={false} time={clock(new Date(message.at).toISOString(), i18n.language)}
        state={refusal === null ? 'unsent' : 'refused'} marks={(
          <span role="status" className={styles.sending}>
            {refusal === null ? <><Clock3 aria-hidden />{t(ready ? 'conversation.sending' : 'conversation.waiting')}</>
              : <span className={styles.refused}><CircleAlert aria-hidden />{t('conversation.refused', { reason: refusal.message })}</span>}
          </span>
        )}>
        {message.text === '' ? null : <p className={styles.text} dir="auto"><Linked text={message.text} /></p>}
        {files.length === 0 ? null : <ul className={styles.kept}>{files.map((file) => <Kept key={file.key} file={file} />)}</ul>}
      </Bubble>
      {refusal === null ? null : (
        <p className={styles.choices}>
          <Button small look="primary" onPress={() => void sender.retry(message)}>{t('conversation.again')}</Button>
          {message.text === '' ? null : <Button small onPress={() => void copy(message.text, t('message.copied'))}>{t('message.copy')}</Button>}
          <Button small look="danger" onPress={() => void sender.discard(message)}>{t('conversation.discard')}</Button>
        </p>
      )}
    </li>
  )
}
