import { useTranslation } from 'react-i18next'

import { Failure } from '../../app/States'

/** What an address names is not there any more, or was never. */
export function Gone() {
  const { t } = useTranslation()
  return <Failure text={t('error.gone')} />
}
