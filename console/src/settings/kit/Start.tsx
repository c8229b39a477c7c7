/** When the ticket of a preview would be opened, in the reader's own time. */
import { useTranslation } from 'react-i18next'

import { Button } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import styles from './Start.module.css'

export function Start({ value, onChange }: { value: string; onChange: (start: string) => void }) {
  const { t } = useTranslation('settings')
  return (
    <div className={styles.start}>
      <TextField label={t('preview.opened')} type="datetime-local" value={local(value)}
        onChange={(typed) => { const found = Date.parse(typed); if (!Number.isNaN(found)) onChange(new Date(found).toISOString()) }} />
      <Button small onPress={() => { onChange(new Date().toISOString()) }}>{t('preview.now')}</Button>
    </div>
  )
}

/** As the field of the browser has it: local time, to the minute. */
export function local(moment: string): string {
  const at = new Date(moment)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
