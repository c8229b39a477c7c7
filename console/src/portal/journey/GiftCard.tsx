/** A card that is to be sold: what it is, and never its code. What is wrong stands at its field. */
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { type Card, currencyName } from '../../app/cards'
import { namedCountries } from '../../app/countries'
import { Choose, TextField } from '../../ui/Field'
import { useWords } from '../words'
import { cardProblems } from './answers'
import styles from './Run.module.css'

interface Props {
  card: Card
  /** One wanted to go on with it as it is. */
  tried: boolean
  /** What the server says is wrong with a field. */
  refused: Partial<Record<keyof Card, string>>
  onChange: (card: Card) => void
}

export function GiftCard({ card, tried, refused, onChange }: Props) {
  const { t } = useWords()
  const { i18n } = useTranslation()
  const [left, setLeft] = useState<ReadonlySet<keyof Card>>(new Set())
  const countries = useMemo(() => namedCountries(i18n.language), [i18n.language])
  const currency = currencyName(card.country, i18n.language)
  const problems = cardProblems(card)
  const blank = `${card.brand}${card.country}${card.amount}`.trim() === '' // the whole question is not answered: that is said once, below
  const field = (name: keyof Card) => {
    const problem = problems[name]
    const shown = problem !== undefined && ((tried && !blank) || problem.now === true || (left.has(name) && card[name] !== ''))
    return {
      value: card[name], wrong: shown ? t(`check.${problem.key}`) : refused[name],
      onChange: (value: string) => { onChange({ ...card, [name]: value }) },
    }
  }
  const leave = (name: keyof Card) => () => { setLeft(new Set([...left, name])) }
  return (
    <div className={styles.card} role="group" aria-labelledby="asked" aria-describedby="problem">
      <p className={styles.waits}>{t('card.warning')}</p>
      <TextField label={t('card.brand')} hint={t('card.brandHint')} maxLength={60} {...field('brand')} onBlur={leave('brand')} />
      <Choose label={t('card.country')} {...field('country')} options={[{ value: '', label: t('card.choose') }, ...countries]} />
      <TextField label={t('card.amount')} inputMode="decimal" {...(currency === '' ? {} : { hint: t('card.currency', { currency }) })} {...field('amount')} onBlur={leave('amount')} />
    </div>
  )
}
