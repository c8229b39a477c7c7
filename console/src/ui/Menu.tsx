/** What opens below a button: acts, or one of a few to choose. */
import type { ReactElement, ReactNode } from 'react'
import {
  Header, Keyboard, Menu as List, MenuItem, type MenuItemProps, MenuSection as Section, MenuTrigger, Popover, type PopoverProps, Separator,
} from 'react-aria-components'

import styles from './Menu.module.css'

export function Menu({ trigger, children, placement = 'bottom start', label }:
{ trigger: ReactElement; children: ReactNode; placement?: PopoverProps['placement']; label?: string }) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover placement={placement} className={styles.popover ?? ''}>
        <List className={styles.menu ?? ''} {...(label === undefined ? {} : { 'aria-label': label })}>{children}</List>
      </Popover>
    </MenuTrigger>
  )
}

interface ActProps extends Omit<MenuItemProps, 'className' | 'style' | 'children'> {
  icon?: ReactNode
  /** The key that does the same. */
  shortcut?: string | undefined
  danger?: boolean
  children: string
}

export function MenuAct({ icon, shortcut, danger = false, children, ...rest }: ActProps) {
  return (
    <MenuItem {...rest} textValue={children} className={styles.item ?? ''} data-danger={danger}>
      {icon}<span>{children}</span>{shortcut === undefined ? null : <Keyboard className={styles.key ?? ''}>{shortcut}</Keyboard>}
    </MenuItem>
  )
}

/** One of a few; the chosen one has a mark. */
export function MenuChoice<Name extends string>({ label, value, options, onChange }:
{ label: ReactNode; value: Name; options: readonly { value: Name; label: string; mark?: ReactNode; lang?: string }[]; onChange: (value: Name) => void }) {
  return (
    <Section selectionMode="single" selectedKeys={[value]} disallowEmptySelection
      onSelectionChange={(chosen) => {
        const found = chosen === 'all' ? undefined : options.find((option) => chosen.has(option.value))
        if (found !== undefined) onChange(found.value)
      }}>
      <Header className={styles.header ?? ''}>{label}</Header>
      {options.map(({ value: name, label: text, mark, lang }) => (
        <MenuItem key={name} id={name} textValue={text} className={styles.item ?? ''} lang={lang}>{mark}<span>{text}</span></MenuItem>
      ))}
    </Section>
  )
}

export function MenuLine() {
  return <Separator className={styles.line ?? ''} />
}
