import './theme/base.css'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'

import { ApiError } from './api/errors'
import { App } from './app/App'
import { theme, wear } from './app/theme'
import { begin } from './i18n'

const TRIES = 3

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000, refetchOnWindowFocus: false,
      retry: (tried, error) => tried < TRIES && !(error instanceof ApiError && !error.passes),
    },
  },
})

wear(theme())
await begin()
const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place for us')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={cache}>
      <BrowserRouter>
        <App />
      </BrowserRouter>
    </QueryClientProvider>
  </StrictMode>,
)
