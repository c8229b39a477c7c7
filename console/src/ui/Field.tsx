/**
 * Fields of forms: a label, what is given, what it is for, and what is wrong with it. What a browser finds is told when one submits and gone
 * with the next letter, never when one leaves the field: no line comes or goes, and nothing moves, under the finger that presses the button.
 */
import { type InvalidEvent, type ReactNode, useId, useState } from 'react'
import {
  CheckboxButton, CheckboxField, FieldError, Input, Label, SwitchButton, SwitchField, Text, TextArea, TextField as Given, type TextFieldProps,
} from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { type Fault, faultOf } from './fault'
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

export function TextField({ label, hint, placeholder, rows, wrong, unlabelled = false, exact = false, suggestions, onChange, ...rest }: Props) {
  const { t } = useTranslation()
  const list = useId()
  const [fault, setFault] = useState<Fault | null>(null)
  const told = wrong ?? (fault === null ? undefined : t(`fault.${fault}`, { count: rest.minLength ?? 0 }))
  const shown = {
    required: rest.isRequired === true,
    onInvalid: ({ currentTarget: { validity, type } }: InvalidEvent<HTMLInputElement | HTMLTextAreaElement>) => { setFault(faultOf(validity, type)) },
    ...(placeholder === undefined ? {} : { placeholder }), ...(exact ? { autoCapitalize: 'none', spellCheck: 'false' as const } : {}),
    ...(suggestions === undefined ? {} : { list }),
  }
  return (
    // What the server refused is told, and does not keep the browser from sending another try.
    <Given {...rest} className={styles.field ?? ''} validationBehavior="aria" isInvalid={told !== undefined} onChange={(text) => {
      setFault(null)
      onChange?.(text)
    }}>
      <Label className={unlabelled ? 'unseen' : (styles.label ?? '')}>{label}</Label>
      {rows === undefined ? <Input className={styles.input ?? ''} {...shown} /> : <TextArea className={styles.input ?? ''} rows={rows} {...shown} />}
      {suggestions === undefined ? null : <datalist id={list}>{suggestions.map((text) => <option key={text} value={text} />)}</datalist>}
      {hint === undefined ? null : <Text slot="description" className={styles.hint ?? ''}>{hint}</Text>}
      <FieldError className={styles.wrong ?? ''}>{told}</FieldError>
    </Given>
  )
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
