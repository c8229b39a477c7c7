/** One has no ticket: whether any will come by itself, and what to do where none will. */
import { useTranslation } from 'react-i18next'

import { useNow } from '../app/clock'
import { useBecoming, useOwn } from '../app/own'
import { Empty } from '../app/States'
import { soon } from '../app/time'
import { Button } from '../ui/Button'

export function NoneOfMine() {
  const { t, i18n } = useTranslation()
  const own = useOwn()
  const now = useNow()
  const { becoming, become } = useBecoming()
  if (own === undefined) return <Empty text={t('list.empty')} />
  const { availability, on_shift, shift_next } = own
  if ((becoming ?? availability) !== 'available') {
    return (
      <Empty text={t('list.emptyAway', { status: t(`availability.${availability}`) })}>
        <Button look="primary" onPress={() => { become('available') }}>{t('list.becomeAvailable')}</Button>
      </Empty>
    )
  }
  if (!on_shift) return <Empty text={shift_next === null ? t('list.emptyNoShift') : t('list.emptyNextShift', { time: soon(shift_next, now, i18n.language) })} />
  return <Empty text={t('list.emptyMine')} />
}
