/** One's own second factor: whether there is one, and what can be done about it. */
import { useTranslation } from 'react-i18next'

import type { components } from '../../api/schema'
import { Failure, Loading } from '../../app/States'
import { day } from '../../app/time'
import { type Doing, useFactor } from '../../factor/useFactor'
import { Button } from '../../ui/Button'
import { Badge } from '../../ui/Marks'
import { useReason } from '../words'
import styles from './Account.module.css'

export function Factor() {
  const { t } = useTranslation('factor')
  const { query, begin, window } = useFactor(useReason())
  return (
    <>
      <p className={styles.lead}>{t('lead')}</p>
      {query.data === undefined ? query.isError ? <Failure text={t('failed')} again={() => void query.refetch()} /> : <Loading /> : <Shown state={query.data} begin={begin} />}
      {window}
    </>
  )
}

function Shown({ state, begin }: { state: components['schemas']['FactorState']; begin: (what: Doing) => void }) {
  const { t, i18n } = useTranslation('factor')
  if (!state.enabled) return <Button onPress={() => { begin('enrol') }}>{t('set')}</Button>
  return (
    <>
      <p className={styles.facts}>
        <Badge tone="good">{t('on', { when: state.since === null ? '' : day(state.since, i18n.language) })}</Badge>
        <span>{t('left', { count: state.recovery_codes_left })}</span>
      </p>
      <div className={styles.ends}>
        <Button onPress={() => { begin('codes') }}>{t('newCodes')}</Button>
        {state.demanded ? null : <Button onPress={() => { begin('disable') }}>{t('disable')}</Button>}
      </div>
    </>
  )
}
