import { useTranslation } from 'react-i18next'

import { en, fr } from '../texts/permissions'

const VERBS = ['view', 'add', 'change', 'delete'] as const

/** Seeing comes first, then adding, changing and deleting, then all else. */
export function inOrder<Permission extends { readonly name: string }>(permissions: readonly Permission[]): readonly Permission[] {
  const place = ({ name }: Permission) => {
    const found = VERBS.findIndex((verb) => name.includes(`.${verb}_`))
    return found === -1 ? VERBS.length : found
  }
  return permissions.toSorted((one, other) => place(one) - place(other))
}

/** What a permission, or what it is about, is called in the reader's language; as the server calls it, where that is younger than this page. */
export function usePermissionText(): (name: string, otherwise: string) => string {
  const { t, i18n } = useTranslation('settings')
  const texts: Readonly<Record<string, string>> = i18n.language === 'fr' ? fr : en
  return (name, otherwise) => {
    const verb = VERBS.find((each) => name.includes(`.${each}_`))
    return texts[name] ?? (verb === undefined ? otherwise : t(`verbs.${verb}`))
  }
}
