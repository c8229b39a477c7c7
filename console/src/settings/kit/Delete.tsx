/** Deletes what a page is about, after it was said what that means. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'

import type { ApiError } from '../../api/errors'
import { Button } from '../../ui/Button'
import { Confirm } from '../../ui/Dialog'
import { complain, say } from '../../ui/Toasts'
import { useTold } from './Page'
import { unsaved } from './unsaved'

interface Props {
  name: string
  /** What happens to what hangs on it. */
  children: ReactNode
  run: () => Promise<unknown>
  /** What is old afterwards, and where one goes. */
  stale: readonly unknown[]
  to: string
}

export function Delete({ name, children, run, stale, to }: Props) {
  const { t } = useTranslation('settings')
  const cache = useQueryClient()
  const go = useNavigate()
  const told = useTold()
  const [asking, setAsking] = useState(false)
  const deleting = useMutation<unknown, ApiError>({
    mutationFn: run,
    onSuccess: async () => {
      unsaved.forget()
      say(t('form.deleted', { name }))
      await go(to)
      await cache.invalidateQueries({ queryKey: stale })
    },
    onError: (error) => { setAsking(false); complain(told(error)) },
  })
  return (
    <>
      <Button look="danger" onPress={() => { setAsking(true) }}>{t('form.delete')}</Button>
      <Confirm title={t('form.deleteAsk', { name })} act={t('form.delete')} open={asking} busy={deleting.isPending}
        onClose={() => { setAsking(false) }} onConfirm={() => { deleting.mutate() }}>{children}</Confirm>
    </>
  )
}
