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

/** Forget all but these of what begins with a name, such as the answers of runs that are over. */
export function keepOnly(user: string, name: string, wanted: ReadonlySet<string>, store: Storage = localStorage): void {
  const before = `${PREFIX} ${user} ${name}`
  const all = Array.from({ length: store.length }, (_, index) => store.key(index) ?? '')
  for (const key of all) if (key.startsWith(before) && !wanted.has(key.slice(before.length))) store.removeItem(key)
}
