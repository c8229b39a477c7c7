/** Whose door this browser came through last. */
const KEPT = 'organization'

export function remembered(): string {
  return localStorage.getItem(KEPT) ?? ''
}

export function remember(organization: string): void {
  localStorage.setItem(KEPT, organization)
}
