/** Prints every text of the catalogues as JSON: {language: {"area:some.key": text}}, for tests that read pages. */
import { readdirSync } from 'node:fs'

import { runnerImport } from 'vite'

const HOME = new URL('../src/', import.meta.url).pathname
const LANGUAGES = ['en', 'fr']

function* flat(texts, path) {
  for (const [name, text] of Object.entries(texts)) {
    const key = path === '' ? name : `${path}.${name}`
    if (typeof text === 'string') yield [key, text]
    else yield* flat(text, key)
  }
}

async function catalogue(language) {
  const areas = readdirSync(HOME, { recursive: true }).filter((file) => file.endsWith(`/texts/${language}.ts`) || file.endsWith('/texts/permissions.ts'))
  const files = [['common', `i18n/${language}/index.ts`], ...areas.map((file) => [file.slice(0, file.indexOf('/')), file])]
  const found = await Promise.all(files.map(async ([area, file]) => {
    const { module } = await runnerImport(HOME + file, { configFile: false, logLevel: 'error' })
    return [...flat(module[language], '')].map(([key, text]) => [`${area}:${key}`, text])
  }))
  return Object.fromEntries(found.flat())
}

const all = {}
for (const language of LANGUAGES) all[language] = await catalogue(language)
process.stdout.write(JSON.stringify(all))
