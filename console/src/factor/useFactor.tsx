/** One's own second factor, of staff and customers alike: whether there is one, and the windows in which it is set up, renewed and switched off. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { data } from '../api/client'
import type { ApiError } from '../api/errors'
import { useApi } from '../app/session'
import { say } from '../ui/Toasts'
import { Codes, Disable, Enrol } from './Steps'
import './texts'

export type Doing = 'enrol' | 'codes' | 'disable'
const KEY = ['factor']

/** `why`: what a refusal is to whoever reads it. */
export function useFactor(why: (error: ApiError) => string) {
  const { t } = useTranslation('factor')
  const api = useApi()
  const cache = useQueryClient()
  const query = useQuery({ queryKey: KEY, queryFn: ({ signal }) => data(api.GET('/api/v1/auth/factor/', { signal })) })
  const [doing, setDoing] = useState<Doing | null>(null)
  const done = (text: string) => () => {
    setDoing(null)
    say(text)
    void cache.invalidateQueries({ queryKey: KEY })
  }
  const close = () => {
    setDoing(null)
    void cache.invalidateQueries({ queryKey: KEY }) // another tab may have been faster
  }
  const windows: Record<Doing, () => ReactNode> = {
    enrol: () => <Enrol why={why} onClose={close} onDone={done(t('done'))} />,
    codes: () => <Codes why={why} onClose={close} onDone={done(t('codesDone'))} />,
    disable: () => <Disable why={why} onClose={close} onDone={done(t('gone'))} />,
  }
  return { query, begin: setDoing, window: doing === null ? null : windows[doing]() }
}
