/** What the first page loads before it can be drawn, weighed in the build itself. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { beforeAll, describe, expect, it, vi } from 'vitest'
import { build, type Rolldown } from 'vite'

const LIMIT = 225 // KiB, gzipped; the product promises 250
const ROOT = fileURLToPath(new URL('..', import.meta.url))
type Chunk = Rolldown.OutputChunk

/** What a built page names, or what a module that is loaded when it is opened begins with, and all that these import. */
function scriptsOf({ output }: Rolldown.RolldownOutput, ...begin: readonly string[]): Chunk[] {
  const chunks = new Map(output.filter((one) => one.type === 'chunk').map((chunk) => [chunk.fileName, chunk]))
  const found = new Set<Chunk>()
  const take = (chunk: Chunk | undefined) => {
    if (chunk === undefined || found.has(chunk)) return
    found.add(chunk)
    for (const name of chunk.imports) take(chunks.get(name))
  }
  for (const name of begin) {
    const page = output.find((one) => one.type === 'asset' && one.fileName === name)
    const named = page?.type === 'asset' ? [...String(page.source).matchAll(/"[^"]*(assets\/[^"]+\.js)"/gu)].map(([, script]) => chunks.get(script ?? ''))
      : [[...chunks.values()].find(({ facadeModuleId }) => facadeModuleId?.endsWith(name) === true)]
    if (named.length === 0 || named.includes(undefined)) throw new Error(`${name} is not in the build`)
    named.forEach(take)
  }
  return [...found]
}

function weight(scripts: readonly Chunk[]): number {
  return scripts.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0) / 1024
}

function modulesOf(scripts: readonly Chunk[]): string[] {
  return scripts.flatMap(({ moduleIds }) => moduleIds)
}

describe('the first script', () => {
  let built: Rolldown.RolldownOutput

  beforeAll(async () => {
    vi.stubEnv('NODE_ENV', 'production')
    built = await build({ root: ROOT, logLevel: 'silent', build: { write: false } }) as Rolldown.RolldownOutput
    vi.unstubAllEnvs()
  }, 120_000)

  it('is light', () => {
    expect(weight(scriptsOf(built, 'index.html'))).toBeLessThan(LIMIT)
  })

  it('of the customers is light', () => {
    expect(weight(scriptsOf(built, 'portal.html'))).toBeLessThan(250)
  })

  it('would not be light with the canvas of the journeys, so that this would be seen', () => {
    expect(weight(scriptsOf(built, 'index.html', 'src/journeys/index.tsx'))).toBeGreaterThan(LIMIT)
  })

  it('has the inbox and the conversation, and nothing that is loaded when it is opened', () => {
    const modules = modulesOf(scriptsOf(built, 'index.html'))
    const has = (part: string) => modules.some((id) => id.includes(part))
    expect(['src/inbox/TicketList.tsx', 'src/conversation/Composer.tsx'].filter((part) => !has(part))).toEqual([])
    expect(['@xyflow', '@dagrejs', 'emojibase', 'src/journeys', 'src/settings', 'src/queue', 'src/portal', 'src/ticket/TicketPanel'].filter(has)).toEqual([])
  })

  it('speaks two languages', () => {
    const languages = modulesOf(scriptsOf(built, 'index.html')).flatMap((id) => /intl\/overlays\/(\w\w)-/.exec(id)?.[1] ?? [])
    expect(languages.sort()).toEqual(['en', 'fr'])
  })
})
