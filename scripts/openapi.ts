/** `npm run openapi`: writes docs/openapi.json anew from the contracts. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './local/paths.ts'
import { createApiDocument } from './openapi/document.ts'
import { readProduct } from './openapi/product.ts'

const file = join(projectRoot, 'docs', 'openapi.json')

/** The formatter of the repository has its own way with short lists. */
function format(): void {
  const { status, stderr } = spawnSync('biome', ['format', '--write', file], { cwd: projectRoot, encoding: 'utf8' })
  if (status !== 0) throw new Error(`biome format failed: ${stderr}`)
}

const document = createApiDocument(readProduct())
writeFileSync(file, `${JSON.stringify(document, null, 2)}\n`)
format()
console.log(`docs/openapi.json: ${Object.keys(document.paths ?? {}).length} paths`)
