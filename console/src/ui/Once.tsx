import { type ReactNode, Suspense, useState } from 'react'

/** What is loaded when it is opened for the first time, and stays; nothing before. */
export function Once({ open, children }: { open: boolean; children: ReactNode }) {
  const [opened, setOpened] = useState(open)
  if (open && !opened) setOpened(true)
  return opened ? <Suspense>{children}</Suspense> : null
}
