import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, FieldError, Form, Input, Label, TextField } from 'react-aria-components'
import { useTranslation } from 'react-i18next'

import { data } from '../../api/client'
import type { ApiError } from '../../api/errors'
import { keys } from '../../api/keys'
import { useApi } from '../../app/session'
import styles from './SignIn.module.css'

const KEPT = 'organization'
type Field = 'organization' | 'email' | 'password'

export function SignIn() {
  const { t } = useTranslation()
  const api = useApi()
  const cache = useQueryClient()
  const entering = useMutation<unknown, ApiError, Record<Field, string>>({
    mutationFn: (body) => data(api.POST('/api/v1/auth/session/', { body })),
    onSuccess: async (_, { organization }) => {
      localStorage.setItem(KEPT, organization)
      await cache.resetQueries({ queryKey: keys.me })
    },
  })
  const wrong = entering.error
  const field = (name: Field, type: string, complete: string, first = '') => (
    <TextField name={name} type={type} isRequired className={styles.field ?? ''} defaultValue={first} autoComplete={complete}>
      <Label>{t(`signIn.${name}`)}</Label>
      <Input className={styles.input ?? ''} autoCapitalize="none" spellCheck="false" />
      <FieldError className={styles.wrong ?? ''} />
    </TextField>
  )
  return (
    <main className={styles.page}>
      <title>{`${t('signIn.title')} · ${t('app.name')}`}</title>
      <Form
        className={styles.card ?? ''}
        validationErrors={(wrong?.fields ?? {}) as Record<string, string[]>}
        onSubmit={(event) => {
          event.preventDefault()
          const given = new FormData(event.currentTarget)
          const text = (name: Field) => {
            const value = given.get(name)
            return typeof value === 'string' ? value : ''
          }
          entering.mutate({ organization: text('organization'), email: text('email'), password: text('password') })
        }}
      >
        <h1 className={styles.title}>{t('app.name')}</h1>
        {field('organization', 'text', 'organization', localStorage.getItem(KEPT) ?? '')}
        {field('email', 'email', 'username')}
        {field('password', 'password', 'current-password')}
        <p className={styles.wrong} role="alert">{wrong === null ? '' : wrong.status === 0 ? t('error.unreachable') : wrong.message}</p>
        <Button type="submit" className={styles.submit ?? ''} isPending={entering.isPending}>
          {entering.isPending ? t('signIn.busy') : t('signIn.submit')}
        </Button>
        <a className={styles.forgotten} href="/account/forgotten/">{t('signIn.forgotten')}</a>
      </Form>
    </main>
  )
}
