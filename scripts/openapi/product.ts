/** What the API description says about the product itself. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../local/paths.ts'

export interface Product {
  version: string
  /** SPDX. */
  license: string
}

/** Version and license out of package.json. */
export function readProduct(): Product {
  const { version, license } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as Product
  return { version, license }
}
