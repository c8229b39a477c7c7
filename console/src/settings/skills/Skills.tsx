import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

import { useMay } from '../../app/session'
import { Badge } from '../../ui/Marks'
import { useSkills } from '../asked'
import { Asked, Nothing, Page, Row, Rows } from '../kit/Page'
import styles from '../roles/Roles.module.css'

export function Skills() {
  const { t, i18n } = useTranslation('settings')
  const query = useSkills()
  const adds = useMay('accounts.add_skill')
  const add = adds ? <Link to="new" className={styles.new}><Plus aria-hidden />{t('skills.new')}</Link> : undefined
  return (
    <Page title={t('places.skills')} lead={t('told.skills')} acts={add}>
      <Asked query={query}>{(skills) => skills.length === 0 ? <Nothing text={t('skills.none')} hint={t('skills.noneHint')} /> : (
        <Rows label={t('places.skills')}>
          {[...skills].sort((one, other) => one.name.localeCompare(other.name, i18n.language)).map((skill) => (
            <Row key={skill.id} to={skill.id} title={skill.name}
              told={skill.people.length === 0 ? t('skills.nobody') : new Intl.ListFormat(i18n.language).format(skill.people.map(({ name }) => name))}
              beside={skill.agents === 0 ? <Badge tone="warn">{t('skills.nobodyShort')}</Badge> : <Badge>{t('skills.agents', { count: skill.agents })}</Badge>} />
          ))}
        </Rows>
      )}</Asked>
    </Page>
  )
}
