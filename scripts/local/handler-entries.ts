/**
 * What serverless-offline loads instead of the handlers' TypeScript: one line each that Node itself can load.
 * It resolves a handler's module at every call. For a `.ts` it looks for half a dozen files, parses package.json and runs a
 * transpiler's hooks. It looks for a file without an extension first, so that an entry is found at once and is in Node's cache.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { projectRoot } from './paths.ts'

const isHandler = (path: string) => path.endsWith('.ts') && !path.endsWith('.test.ts')

/** Writes the entries of all functions into a folder of its own and returns it, for serverless-offline's setting `location`. */
export function writeHandlerEntries(target: string): string {
  mkdirSync(target, { recursive: true })
  // Without this, Node would load them as ES modules, as everything below the project's package.json.
  writeFileSync(join(target, 'package.json'), '{ "type": "commonjs" }\n')
  const sources = readdirSync(join(projectRoot, 'functions'), { recursive: true, encoding: 'utf8' }).filter(isHandler)
  for (const source of sources) {
    const entry = join(target, 'functions', source.replace(/\.ts$/, ''))
    const from = relative(dirname(entry), join(projectRoot, 'functions', source)).replaceAll('\\', '/')
    mkdirSync(dirname(entry), { recursive: true })
    writeFileSync(entry, `module.exports = require('${from}')\n`)
  }
  return target
}
