import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { useMay } from '../../app/session'
import { Badge } from '../../ui/Marks'
import { usePolicies } from '../asked'
import { Asked, Nothing, Page, Row, Rows } from '../kit/Page'
import roles from '../roles/Roles.module.css'

export function Policies() {
  const { t } = useTranslation('settings')
  const query = usePolicies()
  const adds = useMay('tickets.add_slapolicy')
  return (
    <Page title={t('places.policies')} lead={t('told.policies')}
      acts={adds ? <Link to="new" className={roles.new}><Plus aria-hidden />{t('policies.new')}</Link> : undefined}>
      <Asked query={query}>{(policies) => policies.length === 0 ? <Nothing text={t('policies.none')} hint={t('policies.noneHint')} /> : (
        <Rows label={t('places.policies')}>
          {policies.map((policy) => (
            <Row key={policy.id} to={policy.id} title={policy.name} told={t('policies.targetCount', { count: policy.targets?.length ?? 0 })} beside={(
              <>
                {policy.is_default === true ? <Badge tone="accent">{t('policies.default')}</Badge> : null}
                {(policy.categories ?? []).length === 0 ? null : <Badge>{t('policies.categoryCount', { count: policy.categories?.length ?? 0 })}</Badge>}
              </>
            )} />
          ))}
        </Rows>
      )}</Asked>
    </Page>
  )
}
