/** What is typed and not sent yet, on this device, for whoever typed it. */
export interface Kept<Value> {
  get(): Value | undefined
  set(value: Value): void
  drop(): void
}

const PREFIX = 'pandar portal'

/** One value by its name; a full or forbidden store forgets, and nothing breaks by that. */
export function kept<Value>(user: string, name: string, store: Storage = localStorage): Kept<Value> {
  const key = `${PREFIX} ${user} ${name}`
  return {
    get() {
      try {
        const found = store.getItem(key)
        return found === null ? undefined : (JSON.parse(found) as Value)
      } catch {
        return undefined
      }
    },
    set(value) {
      try {
        store.setItem(key, JSON.stringify(value))
      } catch {
        // there is no room; what is typed is on the page still
      }
    },
    drop() {
      store.removeItem(key)
    },
  }
}

/** Whether something of this user's is kept that says anything. */
export function isTyped(user: string, store: Storage = localStorage): boolean {
  return named(`${PREFIX} ${user} `, store).some((key) => !isBlank(kept<unknown>(user, key.slice(`${PREFIX} ${user} `.length), store).get()))
}

/** An empty field, or a form of such; `key` is what a letter is sent under. */
function isBlank(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return typeof value !== 'object' || value === null || Object.entries(value).every(([name, part]) => name === 'key' || isBlank(part))
}

/** Forget all but these of what begins with a name, such as the answers of runs that are over. */
export function keepOnly(user: string, name: string, wanted: ReadonlySet<string>, store: Storage = localStorage): void {
  const before = `${PREFIX} ${user} ${name}`
  for (const key of named(before, store)) if (!wanted.has(key.slice(before.length))) store.removeItem(key)
}

function named(before: string, store: Storage): string[] {
  return Array.from({ length: store.length }, (_, index) => store.key(index) ?? '').filter((key) => key.startsWith(before))
}
