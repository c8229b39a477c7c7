/** A card that is to be sold: what it is, and never its code. */
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'

import { Choose, TextField } from '../../ui/Field'
import { useWords } from '../words'
import type { Card } from './answers'
import { COUNTRIES } from './countries'
import styles from './Run.module.css'

export function GiftCard({ card, onChange, onTried }: { card: Card; onChange: (card: Card) => void; onTried: () => void }) {
  const { t } = useWords()
  const { i18n } = useTranslation()
  const countries = useMemo(() => {
    const names = new Intl.DisplayNames(i18n.language, { type: 'region' })
    return COUNTRIES.map((value) => ({ value, label: names.of(value) ?? value })).sort((one, other) => one.label.localeCompare(other.label, i18n.language))
  }, [i18n.language])
  return (
    <div className={styles.card} role="group" aria-labelledby="asked" aria-describedby="problem">
      <p className={styles.waits}>{t('card.warning')}</p>
      <TextField label={t('card.brand')} hint={t('card.brandHint')} maxLength={60} value={card.brand} onChange={(brand) => { onChange({ ...card, brand }) }} />
      <Choose label={t('card.country')} value={card.country} options={[{ value: '', label: t('card.choose') }, ...countries]}
        onChange={(country) => { onChange({ ...card, country }) }} />
      <TextField label={t('card.amount')} inputMode="decimal" value={card.amount} onChange={(amount) => { onChange({ ...card, amount }) }} onBlur={onTried} />
    </div>
  )
}
