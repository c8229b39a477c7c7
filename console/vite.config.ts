import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

import react from '@vitejs/plugin-react'
import type { Plugin, Rolldown } from 'vite'
import { defineConfig } from 'vitest/config'

const SERVER = process.env.PANDAR_URL ?? 'http://127.0.0.1:8000'
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const PORTAL = file('portal.html') // which is no file
const SPOKEN = /\/(?:en|fr)-[A-Z]{2}\.mjs$/
const PAGES = ['src/main.tsx', 'src/portal/main.tsx'] as const
/** Of these a page needs the whole or nothing; React Aria stays apart, as each page has other parts of it. */
const WHOLE = /node_modules\/(?:react|react-dom|scheduler|i18next|react-i18next|@tanstack\/(?:query-core|react-query)|react-router|idb|openapi-fetch)\//

/** React Aria says a few words by itself, in 34 languages; its dictionaries leave out what is empty. */
const spoken: Plugin = {
  name: 'spoken', enforce: 'pre',
  load: {
    filter: { id: { include: /\/react-aria\/dist\/private\/intl\/.*\.mjs$/, exclude: SPOKEN } },
    handler: () => 'export default undefined',
  },
}

/** The portal's page is the console's with a script of its own. */
const portal: Plugin = {
  name: 'portal', enforce: 'pre',
  resolveId: (id) => (id === PORTAL ? id : null),
  load: async (id) => (id === PORTAL ? (await readFile(file('index.html'), 'utf8')).replace(PAGES[0], PAGES[1]) : null),
}

/** Many small files are heavier than one, and each is asked for by itself: what both pages begin with is put together. */
function together(): Rolldown.CodeSplittingGroup[] {
  const ours = new Map<string, ReadonlySet<string>>()
  const begins = (page: string, context: Rolldown.ChunkingContext) => {
    const known = ours.get(page)
    if (known !== undefined) return known
    const found = new Set<string>()
    const take = (id: string) => {
      if (found.has(id) || id.includes('node_modules')) return
      found.add(id)
      context.getModuleInfo(id)?.importedIds.forEach(take)
    }
    take(new URL(page, import.meta.url).pathname)
    ours.set(page, found)
    return found
  }
  return [
    { name: 'base', test: WHOLE },
    { name: 'icons', test: /node_modules\/lucide-react\//, tags: ['$initial'] },
    { debugName: 'shared', name: (id, context) => (PAGES.every((page) => begins(page, context).has(id)) ? 'shared' : null) },
  ]
}

export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/static/console/' : '/',
  plugins: [spoken, portal, react()],
  build: {
    outDir: 'dist', target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1000,
    rolldownOptions: { input: [file('index.html'), PORTAL], output: { codeSplitting: { groups: together() } } },
  },
  server: { proxy: { '/api': { target: SERVER }, '/ws': { target: SERVER, ws: true }, '/admin': { target: SERVER }, '/static': { target: SERVER } } },
  test: { include: ['tests/**/*.test.{ts,tsx}'], restoreMocks: true, testTimeout: 60_000 },
}))
