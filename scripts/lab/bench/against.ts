/** `npm run bench -- --against <commit>`: this checkout and another commit in turns, each with a system and data of its own. */
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../../../shared/runtime/until.ts'
import { deleteData } from '../../local/delete-data.ts'
import { type DataFolder, dataRoot, shortPath } from '../../local/paths.ts'
import { forgetServices } from '../../local/plan-ports.ts'
import { isAlive } from '../../local/process-table.ts'
import { holderOf, releaseLock, takeLock } from '../../local/starter-lock.ts'
import { type Reporter, StepFailure } from '../../terminal/output.ts'
import { closingAfter, type OnClose } from '../closers.ts'
import { type Checkout, checkoutRoot, makeCheckout, ownCheckout, removeCheckout } from './checkout.ts'
import {
  type ComparisonResult,
  type SideName,
  type SideSample,
  sharesByRound,
  sharesOfMedians,
  sides,
  turnsOf,
} from './comparison.ts'
import { type EmptyService, emptyServices } from './empty-handler.ts'
import { startGenerator } from './generator-client.ts'
import { beginRun } from './machine.ts'
import { sampleLine } from './report.ts'
import { runHttpCase } from './run-case.ts'
import type { BenchSettings } from './settings.ts'
import { folderOf, openSide, type Side } from './side.ts'

const LOCK_FILE = `${dataRoot}/bench-against.lock`
const keptFolder = join(dataRoot, 'bench-against')

/** Whatever happens, everything is stopped and the other commit's checkout is gone. Logs are kept when something was wrong. */
export async function runAgainst(
  commit: string,
  settings: BenchSettings,
  reporter: Reporter,
): Promise<ComparisonResult> {
  forgetServices(reporter, 'the benchmark brings its own systems', ['API_PORT', 'PAY_RUN_FILE'])
  const holder = takeLock(LOCK_FILE)
  if (holder)
    throw new StepFailure(`another comparison runs (pid ${holder.pid}): two at a time would measure each other`)
  let good = false
  return closingAfter(async onClose => {
    onClose(async () => releaseLock(LOCK_FILE))
    onClose(() => clear(reporter))
    onClose(async () => {
      if (!good) keepLogs(reporter)
    })
    await clear(reporter)
    const checkouts = { before: makeCheckout(commit), after: ownCheckout() }
    const result = await compare(checkouts, settings, { reporter, onClose })
    good = result.problems.length === 0
    return result
  })
}

const folders = (): Record<SideName, DataFolder> => ({
  before: folderOf('before', { root: checkoutRoot }),
  after: folderOf('after', ownCheckout()),
})

/** Those of the last run that went wrong, and no others. */
function keepLogs(reporter: Reporter): void {
  rmSync(keptFolder, { recursive: true, force: true })
  for (const [name, { logs }] of Object.entries(folders()))
    if (existsSync(logs)) cpSync(logs, join(keptFolder, name), { recursive: true })
  if (existsSync(keptFolder)) reporter.note(`the logs of both sides are kept in ${shortPath(keptFolder)}/`)
}

/** What this run leaves behind, or the last one that was killed. */
async function clear(reporter: Reporter): Promise<void> {
  for (const folder of Object.values(folders())) {
    await endStarter(folder)
    await deleteData(folder, reporter)
  }
  removeCheckout()
}

/** One that had only begun to start when its comparison was killed did not see who its parent was. */
async function endStarter({ lockFile }: DataFolder): Promise<void> {
  const holder = holderOf(lockFile)
  if (holder === undefined) return
  process.kill(holder.pid, 'SIGTERM')
  await until(() => !isAlive(holder), { what: `the end of pid ${holder.pid}`, deadlineMs: 60_000 })
}

interface Around {
  reporter: Reporter
  onClose: OnClose
}

async function compare(
  checkouts: Record<SideName, Checkout>,
  settings: BenchSettings,
  around: Around,
): Promise<ComparisonResult> {
  const end = beginRun()
  const opened = await openSides(checkouts, settings, around)
  const samples = await takeTurns(opened, settings, around.reporter)
  const bookProblems = await verifyBooks(opened, around.reporter)
  const rounds = sharesByRound(samples, settings)
  return {
    against: true,
    ...(await end(opened.after.system.databaseUrl)),
    before: { commit: checkouts.before.commit },
    settings,
    samples,
    rounds,
    shares: sharesOfMedians(rounds, settings.concurrency),
    problems: [...samples.flatMap(({ problems }) => problems), ...bookProblems],
  }
}

async function openSides(
  checkouts: Record<SideName, Checkout>,
  { kinds }: BenchSettings,
  { reporter, onClose }: Around,
): Promise<Record<SideName, Side>> {
  const generator = startGenerator()
  onClose(() => generator.stop())
  const empties: EmptyService[] = kinds.includes('empty-typescript') ? [...emptyServices] : ['empty-handler']
  const open = (name: SideName) =>
    reporter.step(name, detail => {
      detail(`${checkouts[name].commit} in ${shortPath(checkouts[name].root)}`)
      return openSide({ name, checkout: checkouts[name], generator, empties, onClose })
    })
  // One after the other: each looks for free ports.
  return { before: await open('before'), after: await open('after') }
}

async function takeTurns(
  opened: Record<SideName, Side>,
  settings: BenchSettings,
  reporter: Reporter,
): Promise<SideSample[]> {
  const samples: SideSample[] = []
  for (const { round, side, cases } of turnsOf(settings))
    await opened[side].turn(async context => {
      for (const benchCase of cases) {
        const sample = await runHttpCase(context, benchCase, round, settings)
        samples.push({ ...sample, side, problems: sample.problems.map(text => `${side}: ${text}`) })
        reporter.line(sampleLine(sample, side))
      }
    })
  return samples
}

/** Each side's books by its own `verify`, which knows its tables. */
async function verifyBooks(opened: Record<SideName, Side>, reporter: Reporter): Promise<string[]> {
  const problems: string[] = []
  for (const name of sides) {
    reporter.line(`verifying the books of ${name}`)
    const problem = await opened[name].verify()
    if (problem !== undefined) problems.push(`the books of ${name} are not right: ${problem}`)
  }
  return problems
}
