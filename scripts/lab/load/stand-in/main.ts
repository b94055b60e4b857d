/** `node main.ts [-e NAME=value]… <scenario file>`: runs a load scenario without k6. Exit 0, 99 (a threshold broke), 3 (void) or 1. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { standInForK6 } from './imports.ts'
import { runModule, type ScenarioModule } from './run-module.ts'

const { values, positionals } = parseArgs({
  options: { env: { type: 'string', short: 'e', multiple: true } },
  allowPositionals: true,
})
const [file, ...others] = positionals
if (file === undefined || others.length > 0) throw new Error('the stand-in wants one scenario file')
const env = Object.fromEntries((values.env ?? []).map(pair => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]))
Object.assign(globalThis, { __ENV: env })

console.log('This is not k6: a stand-in runs the scenario (docs/load.md).')
const url = pathToFileURL(resolve(file)).href
standInForK6()
try {
  const { code, outputs } = await runModule((await import(url)) as ScenarioModule)
  for (const [name, text] of Object.entries(outputs)) {
    if (name === 'stdout') process.stdout.write(text)
    else {
      mkdirSync(dirname(name), { recursive: true })
      writeFileSync(name, text)
    }
  }
  process.exitCode = code
} catch (error) {
  console.error(error)
  process.exitCode = 1
}
// Requests whose grace is over hold the process.
process.stdout.write('', () => process.exit())
