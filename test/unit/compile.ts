/** Compiles small programs against the product's types, all in one run: TypeScript 7 has no API, so `tsc` itself is asked. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../scripts/local/paths.ts'

/** As tsc prints it without colours: `name.ts(1,2): error TS2345: text`, and indented lines that go on with the text. */
const DIAGNOSTIC = /^(?:.*\/)?([\w-]+)\.ts\(\d+,\d+\): error (TS\d+): /

/** What the compiler says about each source, by its name: a code and a text for each error. Sources import from `../../shared/…`. */
export function compile(sources: Record<string, string>): Record<string, string[]> {
  mkdirSync(join(projectRoot, '.data'), { recursive: true })
  const folder = mkdtempSync(join(projectRoot, '.data', 'compile-'))
  try {
    const files = Object.keys(sources).map(name => `${name}.ts`)
    for (const name of Object.keys(sources)) writeFileSync(join(folder, `${name}.ts`), sources[name]!)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: [], files }))
    const tsc = join(projectRoot, 'node_modules/.bin/tsc')
    const { stdout, stderr, error } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      encoding: 'utf8',
    })
    if (error !== undefined || stderr !== '') throw new Error(`tsc failed: ${error ?? stderr}`)
    return diagnosticsIn(stdout, Object.keys(sources))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function diagnosticsIn(output: string, names: string[]): Record<string, string[]> {
  const found: Record<string, string[]> = Object.fromEntries(names.map(name => [name, []]))
  let of: string[] | undefined
  for (const line of output.split('\n').filter(text => text !== '')) {
    const [opening, name, code] = DIAGNOSTIC.exec(line) ?? []
    if (opening === undefined) {
      if (of === undefined) throw new Error(`tsc said: ${line}`)
      of.push(`${of.pop()} ${line.trim()}`)
      continue
    }
    of = found[name!]
    if (of === undefined) throw new Error(`tsc said: ${line}`)
    of.push(`${code} ${line.slice(opening.length)}`)
  }
  return found
}
