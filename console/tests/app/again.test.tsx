import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'

import { Entering } from '../../src/pages/sign-in/Entering'

function shown(email?: string): Record<string, boolean> {
  const html = renderToStaticMarkup(
    <QueryClientProvider client={new QueryClient()}>
      <Entering organization="pandar" {...(email === undefined ? {} : { email })} onEntered={() => undefined} />
    </QueryClientProvider>)
  const inputs = html.match(/<input[^>]*>/g) ?? []
  return Object.fromEntries(inputs.map((input) => [/name="(\w+)"/.exec(input)?.[1] ?? '', /\sreadonly/i.test(input)]))
}

test('whoever signs in again gives their password and nothing else', () => {
  expect(shown('ada@pandar.test')).toEqual({ email: true, password: false })
})

test('whoever signs in says who they are', () => {
  expect(shown()).toEqual({ organization: false, email: false, password: false })
})
