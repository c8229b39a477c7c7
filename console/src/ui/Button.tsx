/** Buttons: one that is meant (`primary`), the usual, one without a frame (`quiet`), one that destroys (`danger`). */
import type { ReactNode } from 'react'
import { Button as Pressable, type ButtonProps, ProgressBar, Tooltip, TooltipTrigger } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import styles from './Button.module.css'

type Look = 'primary' | 'usual' | 'quiet' | 'danger'

interface Props extends Omit<ButtonProps, 'className' | 'style' | 'children'> {
  look?: Look
  small?: boolean
  icon?: ReactNode
  children: ReactNode
}

export function Button({ look = 'usual', small = false, icon, children, ...rest }: Props) {
  const { t } = useTranslation()
  return (
    <Pressable {...rest} className={styles.button ?? ''} data-look={look} data-small={small}>
      {rest.isPending === true ? <ProgressBar isIndeterminate aria-label={t('app.loading')} className={styles.busy ?? ''} /> : icon}
      <span>{children}</span>
    </Pressable>
  )
}

interface IconProps extends Omit<ButtonProps, 'className' | 'style' | 'children' | 'aria-label'> {
  /** What it does: read aloud, and shown where one points at it. */
  label: string
  /** The key that does the same, shown beside the label. */
  shortcut?: string | undefined
  look?: Look
  small?: boolean
  children: ReactNode
}

export function IconButton({ label, shortcut, look = 'quiet', small = false, children, ...rest }: IconProps) {
  return (
    <TooltipTrigger delay={500}>
      <Pressable {...rest} aria-label={label} className={styles.icon ?? ''} data-look={look} data-small={small}>{children}</Pressable>
      <Tooltip className={styles.tooltip ?? ''} offset={6}>{label}{shortcut === undefined ? null : <kbd>{shortcut}</kbd>}</Tooltip>
    </TooltipTrigger>
  )
}
