/** "Firefox on Windows", as the server calls a device it knows, in the reader's language. */
export function device(name: string, language: string): string {
  return language === 'fr' ? name.replace(/^(\S.*) on (\S+)$/u, '$1 sur $2') : name
}
