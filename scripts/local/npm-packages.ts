/** Whether the packages that npm has installed are all still there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REINSTALL } from '../terminal/missing-package.mjs'
import { StepFailure } from '../terminal/output.ts'
import { projectRoot } from './paths.ts'

/**
 * The packages that npm's own list of what it installed names, and whose folder is gone. None where there is no such list:
 * another program installed them. A package of which a part is gone is not noticed here, but when it is loaded.
 */
export function missingPackages(root = projectRoot): string[] {
  const list = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(list)) return []
  const { packages = {} } = JSON.parse(readFileSync(list, 'utf8')) as { packages?: Record<string, unknown> }
  const gone = Object.keys(packages).filter(place => !existsSync(join(root, place, 'package.json')))
  return [...new Set(gone.map(place => place.replace(/^.*node_modules\//, '')))]
}

/** Throws a StepFailure that names some of the packages that are missing. */
export function requirePackages(root = projectRoot): void {
  const missing = missingPackages(root)
  if (missing.length > 0) throw new StepFailure(`packages are missing: ${someOf(missing)}`, { fix: REINSTALL })
}

const SHOWN_MAX = 5

export const someOf = (names: string[]): string =>
  names.length <= SHOWN_MAX
    ? names.join(', ')
    : `${names.slice(0, SHOWN_MAX).join(', ')} and ${names.length - SHOWN_MAX} more`
