/** Recovery codes, which are shown once: to be kept, and said to be kept, before one goes on. */
import { Copy, Download } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { Button } from '../../ui/Button'
import { Checkbox } from '../../ui/Field'
import styles from './SignIn.module.css'

export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { t } = useTranslation()
  const [kept, setKept] = useState(false)
  const [copied, setCopied] = useState(false)
  const text = codes.join('\n')
  return (
    <div className={styles.form}>
      <h2 className={styles.subtitle}>{t('signIn.recovery')}</h2>
      <p className={styles.told}>{t('signIn.recoveryWhy')}</p>
      <ul className={styles.codes}>{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
      <p className={styles.keep}>
        <Button small icon={<Copy aria-hidden />} onPress={() => { void navigator.clipboard.writeText(text).then(() => { setCopied(true) }) }}>
          {t(copied ? 'signIn.copied' : 'signIn.copy')}
        </Button>
        <Button small icon={<Download aria-hidden />} onPress={() => { download(text) }}>{t('signIn.download')}</Button>
      </p>
      <Checkbox isSelected={kept} onChange={setKept}>{t('signIn.kept')}</Checkbox>
      <Button look="primary" isDisabled={!kept} onPress={onKept}>{t('signIn.goOn')}</Button>
    </div>
  )
}

function download(text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text, '\n'], { type: 'text/plain' }))
  link.download = 'pandar-recovery-codes.txt'
  link.click()
  URL.revokeObjectURL(link.href)
}
