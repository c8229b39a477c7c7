/** Of a form's fields the one that the first page has too; the others are in `Field.tsx`. */
import { useId } from 'react'

import styles from './Field.module.css'

interface Choice<Name extends string> {
  label: string
  value: Name
  options: readonly { readonly value: Name; readonly label: string }[]
  onChange: (value: Name) => void
  unlabelled?: boolean
  hint?: string
  wrong?: string | undefined
  isDisabled?: boolean
  name?: string
}

/** One of a few: the browser's own control, which every phone and screen reader knows. */
export function Choose<Name extends string>({ label, value, options, onChange, unlabelled = false, hint, wrong, isDisabled, name }: Choice<Name>) {
  const id = useId()
  const told = [hint === undefined ? '' : `${id}hint`, wrong === undefined ? '' : `${id}wrong`].filter(Boolean).join(' ')
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={unlabelled ? 'unseen' : styles.label}>{label}</label>
      <select id={id} className={styles.input} value={value} name={name} disabled={isDisabled} aria-invalid={wrong !== undefined} aria-describedby={told || undefined}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value)
          if (chosen !== undefined) onChange(chosen.value)
        }}>
        {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
      </select>
      {hint === undefined ? null : <span id={`${id}hint`} className={styles.hint}>{hint}</span>}
      {wrong === undefined ? null : <span id={`${id}wrong`} className={styles.wrong} role="alert">{wrong}</span>}
    </div>
  )
}
