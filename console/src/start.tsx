/** What every page begins with: looks, language, the cache of answers, and addresses. */
import './theme/base.css'

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode } from 'react'
import { I18nProvider } from 'react-aria-components'
import { createRoot } from 'react-dom/client'
import { useTranslation } from 'react-i18next'
import { BrowserRouter } from 'react-router'

import { ApiError } from './api/errors'
import { keys } from './api/keys'
import { Boundary } from './app/Boundary'
import { wearChosen } from './app/theme'
import { regional } from './app/time'
import { refuseStrayFiles } from './files/stray'
import { begin } from './i18n'

const TRIES = 3

/** An answer that says that the session is over: ask who is here, and everything else follows from that. */
function heard(error: unknown): void {
  if (error instanceof ApiError && error.sessionOver) void cache.invalidateQueries({ queryKey: keys.me })
}

const cache: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: heard }),
  mutationCache: new MutationCache({ onError: heard }),
  defaultOptions: {
    queries: {
      staleTime: 30_000, refetchOnWindowFocus: false,
      retry: (tried, error) => tried < TRIES && !(error instanceof ApiError && !error.passes),
    },
  },
})

export async function start(page: ReactNode): Promise<void> {
  wearChosen()
  refuseStrayFiles()
  await begin()
  const root = document.getElementById('root')
  if (root === null) throw new Error('the page has no place for us')
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={cache}>
        <BrowserRouter>
          <Spoken><Boundary place="" whole>{page}</Boundary></Spoken>
        </BrowserRouter>
      </QueryClientProvider>
    </StrictMode>,
  )
}

/** What React Aria says by itself is in the reader's language too, not in the browser's. */
function Spoken({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation()
  return <I18nProvider locale={regional(i18n.language)}>{children}</I18nProvider>
}
