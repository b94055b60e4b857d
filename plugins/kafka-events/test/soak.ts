/** A long run over many partitions: handlers fail at random, the process and the broker are killed, and every record is followed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { until } from '../../../shared/runtime/until.ts'
import { DeliveryCheck, type DeliveryCounts } from './delivery-check.ts'
import type { FixtureApp } from './fixture-app.ts'
import {
  endOffsets,
  journal,
  kafka,
  kill,
  killBroker,
  settledCommits,
  start,
  topic,
  untilCommitted,
} from './real-broker.ts'

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
  }
  const check = new DeliveryCheck(SOAK_PARTITIONS)
  const producing = createFlow(plan, check)
  let app = await start(environment)
  for (const [index, victim] of plan.kills.entries()) {
    await untilHandled(check, app, ((index + 1) * plan.records) / (plan.kills.length + 1))
    if (victim === 'broker') await endBroker()
    else app = await replace(app, environment)
  }
  await producing
  const ends = await endOffsets()
  await untilCommitted(ends, PROGRESS_DEADLINE_MS)
  check.take(journal.next())
  return { complaints: check.finish(ends), counts: check.counts, records: ends.reduce((sum, end) => sum + end, 0) }
}

/** Waits for the progress, and then for a moment at which handlers run. */
async function untilHandled(check: DeliveryCheck, app: FixtureApp, records: number): Promise<void> {
  const probe = () => {
    check.take(journal.next())
    return check.handled >= records && check.runningIn(app.pid) > 0
  }
  const what = `${records} records to be handled, and a handler to run`
  await until(probe, { what, deadlineMs: PROGRESS_DEADLINE_MS, intervalMs: POLL_MS }).catch(error => {
    throw new Error(`${error.message}; ${check.handled} are\n${check.complaints.join('\n')}\n${app.output()}`)
  })
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
async function createFlow({ records }: SoakPlan, check: DeliveryCheck): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  const aheadMax = Math.max(records / 10, 5 * CHUNK_RECORDS)
  for (let produced = 0; produced < records; ) {
    while (produced - check.handled > aheadMax) await sleep(POLL_MS)
    const count = Math.min(CHUNK_RECORDS, records - produced)
    const messages = Array.from({ length: count }, (_, index) => ({
      partition: (produced + index) % SOAK_PARTITIONS,
      value: `${produced + index}`,
    }))
    // While the broker is away a send fails; sent again, its records may be there twice.
    await until(() => producer.send({ topic, messages }), {
      what: 'records to be taken',
      deadlineMs: PROGRESS_DEADLINE_MS,
    })
    produced += count
  }
  await producer.disconnect()
}
