/** Where figures are kept that the documentation quotes, and how they get there. */
import { join } from 'node:path'
import { projectRoot, shortPath } from '../local/paths.ts'
import { type JsonTarget, writeJson } from '../terminal/json.ts'
import type { Reporter } from '../terminal/output.ts'

/** Named after what was measured and the day, UTC: a second run on one day replaces the first. */
export const resultFile = (name: string, now = new Date()): string =>
  join(projectRoot, 'scripts/lab/results', `${name}-${now.toISOString().slice(0, 10)}.json`)

/** Writes the figures of a run wherever they are wanted, and says which files they are in. */
export function writeResult(result: unknown, targets: readonly JsonTarget[], reporter: Pick<Reporter, 'line'>): void {
  for (const target of targets) {
    writeJson(target, result, 1)
    if (typeof target === 'string') reporter.line(`written to ${shortPath(target)}`)
  }
}
