/** The commit that is scored, and the seed of a run that was given none: that of the commit, so that every commit is tried by other worlds, and each the same again. */
import { execFileSync } from 'node:child_process'
import { projectRoot } from '../../../local/paths.ts'

/** Eight hexadecimal digits. */
const DIGITS = 8
/** Of an unpacked archive, which has no commit. */
const NO_COMMIT = 1

export function commitSeed(): number {
  const hash = commitHash()
  return hash === undefined ? NO_COMMIT : Number.parseInt(hash.slice(0, DIGITS), 16)
}

/** Undefined where there is no repository. */
export function commitHash(): string | undefined {
  try {
    const hash = execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: projectRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return hash.trim()
  } catch {
    return undefined
  }
}
