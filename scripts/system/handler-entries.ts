/**
 * What serverless-offline loads instead of the handlers' TypeScript: one line each that Node itself can import.
 * It resolves a handler's module anew at every call; for a `.ts` it asks half a dozen files, parses package.json and goes through a
 * transpiler's hooks, for an `.mjs` with a package.json beside it that is a tenth of the work. Measured in docs/performance.md.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { projectRoot } from './paths.ts'

const isHandler = (path: string) => path.endsWith('.ts') && !path.endsWith('.test.ts')

/** Writes the entries of all functions into a folder of its own and returns it, for serverless-offline's setting `location`. */
export function writeHandlerEntries(target: string): string {
  const sources = readdirSync(join(projectRoot, 'functions'), { recursive: true, encoding: 'utf8' }).filter(isHandler)
  for (const source of sources) {
    const entry = join(target, 'functions', source.replace(/\.ts$/, '.mjs'))
    const from = relative(dirname(entry), join(projectRoot, 'functions', source)).replaceAll('\\', '/')
    mkdirSync(dirname(entry), { recursive: true })
    writeFileSync(join(dirname(entry), 'package.json'), '{}')
    writeFileSync(entry, `export { handler } from '${from}'\n`)
  }
  return target
}
