/** Writes docs/openapi.json. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../local/paths.ts'
import { createApiDocument } from './document.ts'
import { readProduct } from './product.ts'

const file = join(projectRoot, 'docs', 'openapi.json')

export function writeApiDocument(): number {
  const document = createApiDocument(readProduct())
  writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`)
  format()
  console.log(`docs/openapi.json: ${Object.keys(document.paths ?? {}).length} paths`)
  return 0
}

/** The formatter of the repository has its own way with short lists. */
function format(): void {
  const { status, stderr } = spawnSync('biome', ['format', '--write', file], { cwd: projectRoot, encoding: 'utf8' })
  if (status !== 0) throw new Error(`biome format failed: ${stderr}`)
}
