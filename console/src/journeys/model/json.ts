/** JSON that nothing is known of yet, read without failing: what is not as it should be is read as absent. */
export type Json = null | boolean | number | string | readonly Json[] | Members
export interface Members { readonly [member: string]: Json }

export function members(value: Json | undefined): Members {
  return isMembers(value) ? value : {}
}

export function isMembers(value: Json | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function textOrNull(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

/** A member that is the value's own: ids and answers may be called as what every object has. */
export function own(from: Members, name: string): Json | undefined {
  return Object.hasOwn(from, name) ? from[name] : undefined
}

/** Members without these names. */
export function without(from: Members, ...names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)))
}

/** A member set, or taken away where the value is undefined. The order of the others stays. */
export function withMember(from: Members, name: string, value: Json | undefined): Members {
  return value === undefined ? without(from, name) : { ...from, [name]: value }
}

/** Whether two values say the same, whatever the order of members. */
export function same(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item: Json, index) => same(item, (other as readonly Json[])[index]))
  }
  if (!isMembers(one) || !isMembers(other)) return false
  const names = Object.keys(one)
  return names.length === Object.keys(other).length && names.every((name) => Object.hasOwn(other, name) && same(own(one, name), own(other, name)))
}
