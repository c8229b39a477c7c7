/** Whom a customer is looking for. Whether there is such an organization nobody is told here: its door looks like any other. */
import { useState } from 'react'
import { Form } from 'react-aria-components'
import { useNavigate } from 'react-router'

import { useWhoAmI } from '../../app/session'
import { Loading } from '../../app/States'
import { Button } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import { useWords } from '../words'
import { remembered } from './known'
import { Door } from './Door'
import styles from './Door.module.css'

export function Which() {
  const { t } = useWords()
  const navigate = useNavigate()
  const { me } = useWhoAmI()
  const [name, setName] = useState(remembered)
  const own = me !== null && me !== undefined && !me.staff ? me.organization.slug : ''
  if (me === undefined) return <Loading whole />
  return (
    <Door title={t('door.which')}>
      <Form className={styles.form ?? ''} onSubmit={(event) => {
        event.preventDefault()
        const slug = (name.trim() || own).toLowerCase()
        if (slug !== '') void navigate(`/portal/${encodeURIComponent(slug)}/`)
      }}>
        <TextField label={t('door.short')} hint={t('door.whichHint')} value={name} onChange={setName} autoComplete="organization" autoFocus isRequired
          exact />
        <Button type="submit" look="primary">{t('door.goOn')}</Button>
      </Form>
    </Door>
  )
}
