/** `npm run recon:score`: generated worlds, reconciled by the product, and how much of what was planted it found. */
import { findSystem } from '../../../operate/find-system.ts'
import { type JsonTarget, terminalBeside } from '../../../terminal/json.ts'
import { createReporter, type Reporter } from '../../../terminal/output.ts'
import { tableLines } from '../../../terminal/table.ts'
import { beginRun } from '../../bench/machine.ts'
import { withOwnSystem } from '../../own-system.ts'
import { resultFile, writeResult } from '../../result-file.ts'
import type { FoundClass } from '../generate/truth.ts'
import type { Mix } from '../generate/world.ts'
import { commitHash, commitSeed } from './commit-seed.ts'
import { type Total, tableOf } from './goals.ts'
import { openProgress } from './progress.ts'
import type { WorldScore } from './score-world.ts'
import { scoreWorlds } from './score-worlds.ts'
import { switchOff } from './switch-off.ts'
import { writeWorld } from './write-world.ts'

export interface ScoreFlags {
  seed?: number | undefined
  seeds: number
  lines: number
  mix: Mix
  without?: FoundClass | undefined
  /** A folder: the first world is written there, and nothing is scored. */
  write?: string | undefined
  runFile?: string | undefined
  /** A file that each world is added to; what is in it is not played again. */
  from?: string | undefined
  json?: JsonTarget
  save?: true | undefined
}

/** Problems that are said; the figures have all of them. */
const SAID_MAX = 40
/** Without its rule a class must be found less often than this. */
const SWITCHED_OFF_MAX = 0.5

/** 0, or 1 when a goal is missed; with a class switched off: when the score does not notice. */
export async function reconScore(flags: ScoreFlags): Promise<number> {
  const reporter = createReporter(terminalBeside(flags.json))
  const seed = flags.seed ?? commitSeed()
  reporter.line(`seed ${seed}`)
  if (flags.write !== undefined) {
    await writeWorld(flags.write, { ...flags, seed })
    return 0
  }
  const progress = openProgress(flags.from, { commit: commitHash() ?? 'unknown', ...figuresOf(flags) })
  if (flags.without !== undefined) switchOff(flags.without)
  // After the switch: what is loaded before it is not changed.
  const { productOn } = await import('./product.ts')
  const end = beginRun()
  const options = { ...flags, seed, progress, productOn, say: (line: string) => reporter.line(line) }
  const { scored, origin } = await onServer(flags.runFile, reporter, async databaseUrl => {
    const made = await scoreWorlds(databaseUrl, options)
    return { scored: made, origin: await end(databaseUrl) }
  })
  report(scored.total, reporter)
  const { worlds, total } = scored
  const result = { ...origin, seed, seeds: flags.seeds, ...figuresOf(flags), total, worlds: worlds.map(briefOf) }
  writeResult(result, [flags.json, flags.save && resultFile(`recon-score-${flags.seeds}x${flags.lines}`)], reporter)
  return isReached(scored.total, flags.without, reporter) ? 0 : 1
}

const figuresOf = ({ lines, mix, without }: ScoreFlags) => ({ lines, mix, without: without ?? null })

/** What was missed is among the problems of the total. */
const briefOf = ({ seed, lines, files, disputes, all, unkeyed, seconds }: WorldScore) => ({
  ...{ seed, lines, files, disputes, planted: all.planted, recall: all.recall, precision: all.precision },
  ...{ unkeyed: unkeyed.planted, unkeyedRecall: unkeyed.recall, unkeyedPrecision: unkeyed.precision },
  seconds: Math.round(seconds * 10) / 10,
})

async function onServer<T>(
  runFileOption: string | undefined,
  reporter: Reporter,
  work: (databaseUrl: string) => Promise<T>,
): Promise<T> {
  const runFile = runFileOption ?? process.env.PAY_RUN_FILE
  if (runFile !== undefined) return work((await findSystem(runFile, process.env)).databaseUrl)
  const data = `recon-score-${process.pid}`
  return withOwnSystem(
    { data },
    reporter,
    ({ databaseUrl }) => work(databaseUrl),
    () => true,
  )
}

function report(total: Total, reporter: Reporter): void {
  for (const line of tableLines(tableOf(total), [1, 2, 3, 4, 5])) reporter.line(line)
  for (const problem of total.problems.slice(0, SAID_MAX)) reporter.line(problem)
  if (total.problems.length > SAID_MAX) reporter.line(`and ${total.problems.length - SAID_MAX} more`)
}

function isReached({ problems, classes }: Total, without: FoundClass | undefined, reporter: Reporter): boolean {
  if (without === undefined) return problems.length === 0
  const recall = classes.find(score => score.class === without)?.recall ?? 0
  reporter.line(
    `without its rule ${without} has a recall of ${recall.toFixed(4)}: less than ${SWITCHED_OFF_MAX} is right`,
  )
  return recall < SWITCHED_OFF_MAX
}
