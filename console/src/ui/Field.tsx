/** Fields of forms: a label, what is given, what it is for, and what is wrong with it. */
import { type ReactNode, useId } from 'react'
import {
  CheckboxButton, CheckboxField, FieldError, Input, Label, SwitchButton, SwitchField, Text, TextArea, TextField as Given, type TextFieldProps,
} from 'react-aria-components'

import styles from './Field.module.css'

export { Choose } from './Choose'

interface Props extends Omit<TextFieldProps, 'className' | 'style' | 'children'> {
  label: string
  /** Shown below, before anything is wrong. */
  hint?: ReactNode
  placeholder?: string
  /** A field of several lines. */
  rows?: number
  /** What the server says is wrong with it. */
  wrong?: string | undefined
  /** The label is read aloud and not shown. */
  unlabelled?: boolean
  /** A name or a code, which no keyboard is to improve. */
  exact?: boolean
  /** What it usually is; anything else can be typed all the same. */
  suggestions?: readonly string[]
}

export function TextField({ label, hint, placeholder, rows, wrong, unlabelled = false, exact = false, suggestions, ...rest }: Props) {
  const list = useId()
  const shown = {
    ...(placeholder === undefined ? {} : { placeholder }), ...(exact ? { autoCapitalize: 'none', spellCheck: 'false' as const } : {}),
    ...(suggestions === undefined ? {} : { list }),
  }
  return (
    // What the server refused is told, and does not keep the browser from sending another try.
    <Given {...rest} className={styles.field ?? ''} {...(wrong === undefined ? {} : { isInvalid: true, validationBehavior: 'aria' as const })}>
      <Label className={unlabelled ? 'unseen' : (styles.label ?? '')}>{label}</Label>
      {rows === undefined ? <Input className={styles.input ?? ''} {...shown} /> : <TextArea className={styles.input ?? ''} rows={rows} {...shown} />}
      {suggestions === undefined ? null : <datalist id={list}>{suggestions.map((text) => <option key={text} value={text} />)}</datalist>}
      {hint === undefined ? null : <Text slot="description" className={styles.hint ?? ''}>{hint}</Text>}
      <Wrong text={wrong} />
    </Given>
  )
}

function Wrong({ text }: { text: string | undefined }) {
  return text === undefined ? <FieldError className={styles.wrong ?? ''} /> : <FieldError className={styles.wrong ?? ''}>{text}</FieldError>
}

interface Yes {
  children: ReactNode
  isSelected: boolean
  onChange: (selected: boolean) => void
  isDisabled?: boolean
  hint?: string
}

export function Switch({ children, hint, ...rest }: Yes) {
  return (
    <SwitchField {...rest} className={styles.yes ?? ''}>
      <SwitchButton className={styles.switch ?? ''}><span className={styles.track} aria-hidden="true"><i /></span><span>{children}</span></SwitchButton>
      {hint === undefined ? null : <Text slot="description" className={styles.hint ?? ''}>{hint}</Text>}
    </SwitchField>
  )
}

export function Checkbox({ children, hint, ...rest }: Yes) {
  return (
    <CheckboxField {...rest} className={styles.yes ?? ''}>
      <CheckboxButton className={styles.check ?? ''}><span className={styles.box} aria-hidden="true" /><span>{children}</span></CheckboxButton>
      {hint === undefined ? null : <Text slot="description" className={styles.hint ?? ''}>{hint}</Text>}
    </CheckboxField>
  )
}
