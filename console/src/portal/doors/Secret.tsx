/** A password, which one may look at while one types it. */
import { Eye, EyeOff } from 'lucide-react'
import { useState } from 'react'

import { IconButton } from '../../ui/Button'
import { TextField } from '../../ui/Field'
import { useWords } from '../words'
import styles from './Door.module.css'

interface Props {
  label: string
  value: string
  onChange: (value: string) => void
  fresh?: boolean
  wrong?: string | undefined
  name?: string
}

export function Secret({ label, value, onChange, fresh = false, wrong, name = 'password' }: Props) {
  const { t } = useWords()
  const [shown, setShown] = useState(false)
  return (
    <div className={styles.secret}>
      <TextField label={label} name={name} type={shown ? 'text' : 'password'} isRequired value={value} onChange={onChange} wrong={wrong}
        autoComplete={fresh ? 'new-password' : 'current-password'} exact {...(fresh ? { minLength: 10 } : {})} />
      <IconButton label={t(shown ? 'door.hide' : 'door.show')} onPress={() => { setShown(!shown) }}>
        {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
      </IconButton>
    </div>
  )
}
