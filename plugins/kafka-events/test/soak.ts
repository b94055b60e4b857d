/** A long run over many partitions: handlers fail at random, the process and the broker are killed, and every record is followed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { killBroker } from './broker.ts'
import { DeliveryCheck, type DeliveryCounts } from './delivery-check.ts'
import type { FixtureApp } from './fixture-app.ts'
import { endOffsets, journal, kafka, kill, seed, settledCommits, start, topic, untilCommitted } from './real-broker.ts'
import { until } from './until.ts'

export const SOAK_PARTITIONS = 12
const CHUNK_RECORDS = 600
const POLL_MS = 50
const PROGRESS_DEADLINE_MS = 120_000

export interface SoakPlan {
  records: number
  /** Ends of the process and of the broker, spread evenly over the records. */
  kills: ('app' | 'broker')[]
  failRate: number
  slowMsMax: number
  batchSize: number
  /** Partitions that may share an event; they fail, and are tried again, together. */
  partitionsPerEventMax: number
}

export interface SoakResult {
  complaints: string[]
  counts: DeliveryCounts
  /** As produced: a send that the broker's death interrupted may have been repeated. */
  records: number
}

/** Runs the plan on the test's topic, which must have `SOAK_PARTITIONS`, and answers when everything is committed. */
export async function soak(plan: SoakPlan): Promise<SoakResult> {
  const environment = {
    FIXTURE_FAIL_RATE: String(plan.failRate),
    FIXTURE_SLOW_MS: String(plan.slowMsMax),
    FIXTURE_BATCH_SIZE: String(plan.batchSize),
    FIXTURE_PARTITIONS_PER_EVENT: String(plan.partitionsPerEventMax),
  }
  const check = new DeliveryCheck(SOAK_PARTITIONS)
  const over = new AbortController()
  const producing = produceAhead(plan.records, check, over.signal)
  try {
    await run(plan, check, environment)
    await producing
    const ends = await endOffsets()
    await untilCommitted(ends, PROGRESS_DEADLINE_MS)
    check.take(journal.next())
    return { complaints: check.finish(ends), counts: check.counts, records: ends.reduce((sum, end) => sum + end, 0) }
  } finally {
    over.abort()
    await producing
  }
}

/** Up to the last kill. */
async function run(plan: SoakPlan, check: DeliveryCheck, environment: Record<string, string>): Promise<void> {
  let app = await start(environment)
  for (const [index, victim] of plan.kills.entries()) {
    await untilHandled(check, app, ((index + 1) * plan.records) / (plan.kills.length + 1))
    if (victim === 'broker') await endBroker()
    else app = await replace(app, environment)
  }
}

/** Records that have been handled by now. */
function handledBy(check: DeliveryCheck): number {
  check.take(journal.next())
  return check.handled
}

/** Waits for the progress, and then for a moment at which handlers run. */
async function untilHandled(check: DeliveryCheck, app: FixtureApp, records: number): Promise<void> {
  const probe = () => (handledBy(check) >= records && check.runningIn(app.pid) > 0) || check.complaints.length > 0
  const what = `${Math.round(records)} records to be handled, and a handler to run`
  await until(probe, { what, deadlineMs: PROGRESS_DEADLINE_MS, intervalMs: POLL_MS }).catch(error => {
    throw new Error(`${error.message}; ${check.handled} are\n${app.output().slice(-5_000)}`)
  })
  if (check.complaints.length > 0) throw new Error(check.complaints.slice(0, 10).join('\n'))
}

async function endBroker(): Promise<void> {
  journal.note({ kind: 'disturbed' })
  await killBroker()
}

/** Kills the process; the next one must go on exactly where it had committed. */
async function replace(app: FixtureApp, environment: Record<string, string>): Promise<FixtureApp> {
  await kill(app)
  journal.note({ kind: 'gone', pid: app.pid, committed: await settledCommits() })
  return start(environment)
}

/** Produces while records are handled, never far ahead: what is killed then has work to lose. */
async function produceAhead(records: number, check: DeliveryCheck, signal: AbortSignal): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const aheadMax = Math.max(records / 10, 5 * CHUNK_RECORDS)
  for (let produced = 0; produced < records && !signal.aborted; produced += CHUNK_RECORDS) {
    while (produced - handledBy(check) > aheadMax && !signal.aborted) await sleep(POLL_MS)
    const messages = Array.from({ length: CHUNK_RECORDS }, (_, index) => ({
      partition: index % SOAK_PARTITIONS,
      value: `${produced + index}`,
    }))
    // While the broker is away a send fails; sent again, its records may be there twice.
    const send = async () => signal.aborted || (await producer.send({ topic, messages }))
    await until(send, { what: 'records to be taken', deadlineMs: PROGRESS_DEADLINE_MS })
  }
  await producer.disconnect()
}

/** What a soak came to, as one line. */
export function summaryOf({ complaints, counts, records }: SoakResult): string {
  return `soak, seed ${seed}: ${JSON.stringify({ records, ...counts, complaints: complaints.length })}`
}
