/** Times a run of each job over the full database: with nothing to do, and with work that is due. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import type { OnClose } from '../../closers.ts'
import type { Stage } from '../stage.ts'
import type { ExaminedStatement, StatementWatch } from './examined-statements.ts'
import { type FillTarget, fillBooks } from './fill-books.ts'
import { type JobOrder, type JobReport, type MeasuredJob, measuredJobs } from './measured-jobs.ts'
import type { DueWork } from './settings.ts'

export interface JobResult {
  job: MeasuredJob
  idle: JobReport
  /** Null where nothing can be due. */
  due: JobReport | null
  /** Statements that read more rows than a batch has. */
  examined: ExaminedStatement[]
}

const DAY_MS = 24 * 60 * 60_000
const HOUR_MS = 60 * 60_000
const ARCHIVED_AFTER_MS = 7 * DAY_MS

/** The API is stopped: its schedules would do the work first. The acquirer runs. */
export async function measureJobs(
  stage: Stage,
  target: FillTarget,
  due: DueWork,
  seed: number,
  watch: StatementWatch,
): Promise<JobResult[]> {
  const runner = startRunner(stage)
  const run = (job: MeasuredJob, archivedAfterMs = ARCHIVED_AFTER_MS) => runner.run({ job, archivedAfterMs })
  await watch.take()
  const idle = new Map<MeasuredJob, { report: JobReport; examined: ExaminedStatement[] }>()
  for (const job of measuredJobs) idle.set(job, { report: await run(job), examined: await watch.take() })
  await plantDueWork(target, due, seed)
  await watch.take()
  const results: JobResult[] = []
  for (const job of measuredJobs) {
    const before = idle.get(job)!
    const report = await dueRun(job, run, stage, due)
    results.push({ job, idle: before.report, due: report, examined: [...before.examined, ...(await watch.take())] })
  }
  return results
}

/** The sweep and the check have no work that falls due. */
async function dueRun(
  job: MeasuredJob,
  run: (job: MeasuredJob, archivedAfterMs?: number) => Promise<JobReport>,
  stage: Stage,
  due: DueWork,
): Promise<JobReport | null> {
  if (job.startsWith('sweep') || job === 'check-invariants') return null
  return run(job, job === 'archive-outbox' ? await ageOfOldest(stage, due.events) : ARCHIVED_AFTER_MS)
}

/** An age at which about so many of the events in the outbox are old: what falls due with time, without waiting for it. */
async function ageOfOldest({ system }: Stage, events: number): Promise<number> {
  const database = await mysql.createConnection({ uri: system.databaseUrl, timezone: 'Z' })
  try {
    const [rows] = await database.query<RowDataPacket[]>(
      'SELECT published_at FROM outbox_event WHERE published_at IS NOT NULL ORDER BY id LIMIT 1 OFFSET ?',
      [events],
    )
    const publishedAt: Date | undefined = rows[0]?.published_at
    return publishedAt === undefined ? ARCHIVED_AFTER_MS : Date.now() - publishedAt.getTime()
  } finally {
    await database.end()
  }
}

/** Holds that ran out, operations whose outcome is unknown, answers that are kept no longer. */
async function plantDueWork(target: FillTarget, due: DueWork, seed: number): Promise<void> {
  const { endMs } = target
  const say = () => {}
  const old = (days: number) => ({
    fromMs: endMs - days * DAY_MS - HOUR_MS,
    toMs: endMs - days * DAY_MS - 60_000,
  })
  const held = { lives: 'held', undone: ['expiries'] } as const
  await fillBooks(target, { seed, payments: due.expiries, ...old(7), ...held }, say)
  await fillBooks(target, { seed: seed + 1, payments: due.answers, ...old(16), undone: ['pruning'] }, say)
  const pending = { payments: due.unknown, leaseUntilMs: endMs }
  const recent = { fromMs: endMs - 600_000, toMs: endMs - 300_000 }
  await fillBooks(target, { seed: seed + 2, payments: due.unknown, ...recent, undone: [], pending }, say)
}

interface Runner {
  run(order: JobOrder): Promise<JobReport>
}

function startRunner({ env, onClose }: { env: Stage['env']; onClose: OnClose }): Runner {
  const child = fork(join(import.meta.dirname, 'job-runner.ts'), {
    stdio: 'inherit',
    env: { ...process.env, ...env, IS_OFFLINE: 'true', LOG_LEVEL: 'error' },
  })
  onClose(() => end(child))
  return {
    run: order => {
      const { promise, resolve, reject } = Promise.withResolvers<JobReport>()
      child.once('message', (message: { report: JobReport } | { error: string }) => {
        if ('report' in message) resolve(message.report)
        else reject(new Error(`${order.job}: ${message.error}`))
      })
      child.send(order, error => error && reject(error))
      return promise
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill()
  await exited
}
