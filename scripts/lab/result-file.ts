/** Where figures are kept that the documentation quotes. */
import { join } from 'node:path'
import { projectRoot } from '../local/paths.ts'

/** Named after what was measured and the day, UTC: a second run on one day replaces the first. */
export const resultFile = (name: string, now = new Date()): string =>
  join(projectRoot, 'scripts/lab/results', `${name}-${now.toISOString().slice(0, 10)}.json`)
