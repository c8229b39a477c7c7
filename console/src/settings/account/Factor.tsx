/** One's own second factor. */
import { useTranslation } from 'react-i18next'

import type { components } from '../../api/schema'
import { type Doing, useFactor } from '../../factor/useFactor'
import { Button } from '../../ui/Button'
import { Badge } from '../../ui/Marks'
import { date } from '../kit/moments'
import { Asked, Fact, Facts, Section, useTold } from '../kit/Page'

export function Factor() {
  const { t } = useTranslation('factor')
  const { query, begin, window } = useFactor(useTold())
  return (
    <Section title={t('title')} lead={t('lead')}>
      <Asked query={query}>{(state) => <Shown state={state} begin={begin} />}</Asked>
      {window}
    </Section>
  )
}

function Shown({ state, begin }: { state: components['schemas']['FactorState']; begin: (what: Doing) => void }) {
  const { t, i18n } = useTranslation('factor')
  const button = (what: Doing, text: string) => <Button small onPress={() => { begin(what) }}>{text}</Button>
  return (
    <Facts>
      <Fact name={t('app')} act={!state.enabled ? button('enrol', t('set')) : state.demanded ? undefined : button('disable', t('disable'))}>
        {state.enabled ? <Badge tone="good">{t('on', { when: state.since === null ? '' : date(state.since, i18n.language) })}</Badge> : <Badge>{t('off')}</Badge>}
        {state.demanded ? <small> {t('demanded')}</small> : null}
      </Fact>
      {state.enabled ? <Fact name={t('codes')} act={button('codes', t('newCodes'))}>{t('left', { count: state.recovery_codes_left })}</Fact> : null}
    </Facts>
  )
}
