/** Lets the relay and the ledger consumer work off what waits for them, and says how fast, at what cost, and where the time goes. */
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { encodeTime } from 'ulid'
import { DOORBELL_TOPIC, SHARD_COUNT } from '../../../../shared/contracts/topics.ts'
import { type KafkaCluster, LazyProducer, openKafka } from '../../../../shared/messaging/kafka-client.ts'
import { until } from '../../../../shared/runtime/until.ts'
import { connectControl } from '../../../local/control.ts'
import { projectRoot } from '../../../local/paths.ts'
import { cpuBetween } from '../cpu.ts'
import { IDLE, type ModuleShare, sharesOf } from '../cpu-profile.ts'
import { connectProfiler } from '../inspector.ts'
import { startProfiledApi } from '../profile.ts'
import type { Stage } from '../stage.ts'
import { type FillPlan, type FillTarget, fillBooks } from './fill-books.ts'

export interface DrainResult {
  what: 'relay' | 'consumer'
  events: number
  /** From the first transaction's end to the last one's. */
  seconds: number
  perSecond: number
  /** Since the API was ready, by process. */
  cpuSeconds: Record<string, number | null>
  /** Of the API's thread in a drain of its own, the largest share first. */
  profile: { seconds: number; idleMs: number; modules: ModuleShare[] }
}

/** Fills what one of the two has to work off. */
export type Backlog = (events: number, seed: number) => Promise<unknown>

const DRAIN_DEADLINE_MS = 900_000

interface Drain {
  what: DrainResult['what']
  /** The plan that fills the backlog, but for how much. */
  plan: Pick<FillPlan, 'lives' | 'undone'>
  /** Where everything new begins. */
  mark(database: Connection): Promise<number | string>
  /** How much of it is left. */
  left(database: Connection, mark: number | string, events: number): Promise<number>
  /** By transaction, in order: its end and how many events it had. */
  steps: string
}

const drains: Record<DrainResult['what'], Drain> = {
  relay: {
    what: 'relay',
    // Nothing for the consumer in them.
    plan: { lives: 'held', undone: ['publishing', 'fees'] },
    mark: async database =>
      Number((await rowOf(database, 'SELECT COALESCE(MAX(id), 0) AS mark FROM outbox_event')).mark),
    left: async (database, mark) => {
      const sql = 'SELECT COUNT(*) AS waiting FROM outbox_event WHERE id > ? AND published_at IS NULL'
      return Number((await rowOf(database, sql, [mark])).waiting)
    },
    steps: `SELECT published_at AS ended_at, COUNT(*) AS events FROM outbox_event WHERE id > ? AND published_at IS NOT NULL
      GROUP BY published_at ORDER BY published_at`,
  },
  consumer: {
    what: 'consumer',
    plan: { lives: 'captured', undone: ['fees'] },
    mark: async () => `led_${encodeTime(Date.now(), 10)}`,
    left: async (database, mark, events) => {
      const sql = "SELECT COUNT(*) AS booked FROM ledger_entry WHERE entry_id > ? AND entry_type = 'fee'"
      return events - Number((await rowOf(database, sql, [mark])).booked)
    },
    steps: `SELECT recorded_at AS ended_at, COUNT(*) AS events FROM ledger_entry WHERE entry_id > ? AND entry_type = 'fee'
      GROUP BY recorded_at ORDER BY recorded_at`,
  },
}

async function rowOf(database: Connection, sql: string, values: unknown[] = []): Promise<RowDataPacket> {
  const [rows] = await database.query<RowDataPacket[]>(sql, values)
  return rows[0]!
}

/** The API is stopped before and after. */
export async function measureDrain(
  stage: Stage,
  target: FillTarget,
  what: DrainResult['what'],
  events: number,
  seed: number,
): Promise<DrainResult> {
  const database = await mysql.createConnection({ uri: stage.system.databaseUrl, timezone: 'Z' })
  try {
    const context = { stage, target, database, drain: drains[what] }
    const measured = await drainWith(context, events, seed, plainApi)
    const profiled = await drainWith(context, Math.ceil(events / 2), seed + 1, profiledApi)
    return { what, ...measured, profile: profiled.profile! }
  } finally {
    await database.end()
  }
}

interface DrainContext {
  stage: Stage
  target: FillTarget
  database: Connection
  drain: Drain
}

interface RunningApi {
  stop(): Promise<DrainResult['profile'] | undefined>
}

type StartApi = (stage: Stage) => Promise<RunningApi>

const plainApi: StartApi = async ({ system }) => {
  const control = connectControl(system.runFile!)
  await control.start('api')
  return {
    stop: async () => {
      await control.stop('api')
      return undefined
    },
  }
}

const profiledApi: StartApi = async stage => {
  const api = await startProfiledApi(stage, stage.system.databaseUrl)
  const profiler = await connectProfiler(api.log)
  await profiler.start()
  const startedMs = performance.now()
  return {
    stop: async () => {
      const seconds = (performance.now() - startedMs) / 1_000
      const shares = sharesOf(await profiler.stop(), projectRoot, seconds)
      profiler.close()
      await api.stop()
      const idleMs = shares.find(({ module }) => module === IDLE)?.selfMs ?? 0
      return { seconds, idleMs, modules: shares.filter(({ module }) => module !== IDLE) }
    },
  }
}

async function drainWith(context: DrainContext, events: number, seed: number, startApi: StartApi) {
  const { stage, target, database, drain } = context
  const before = await drain.mark(database)
  await fillBacklog(target, drain, events, seed)
  const mark = drain.what === 'relay' ? before : await drain.mark(database)
  const api = await startApi(stage)
  const cpuBefore = stage.cpu()
  if (drain.what === 'relay') await ringEveryShard(stage.system)
  await until(async () => (await drain.left(database, mark, events)) <= 0, {
    what: `the ${drain.what} to work off ${events} events`,
    deadlineMs: DRAIN_DEADLINE_MS,
  })
  const cpuSeconds = cpuBetween(cpuBefore, stage.cpu())
  const profile = await api.stop()
  return { events, ...(await speedOf(database, drain, mark)), cpuSeconds, profile }
}

/** From shortly before this run began, so that nothing of it is old. */
async function fillBacklog(target: FillTarget, { plan }: Drain, events: number, seed: number): Promise<void> {
  const window = { fromMs: target.endMs - 10 * 60_000, toMs: target.endMs - 5 * 60_000 }
  await fillBooks(target, { seed, payments: events, ...window, ...plan }, () => {})
}

/** The first transaction's own events are not counted: when it began is not known. */
async function speedOf(database: Connection, { steps }: Drain, mark: number | string) {
  const [rows] = await database.query<RowDataPacket[]>(steps, [mark])
  const first = rows[0]!
  const seconds = (rows.at(-1)!.ended_at.getTime() - first.ended_at.getTime()) / 1_000
  const counted = rows.slice(1).reduce((sum, { events }) => sum + Number(events), 0)
  return { seconds, perSecond: seconds === 0 ? 0 : counted / seconds }
}

/** As the product's doorbell does. */
export async function ringEveryShard(cluster: KafkaCluster): Promise<void> {
  const producer = new LazyProducer(() => openKafka({ brokers: cluster.brokers, clientId: 'scale' }))
  try {
    const shards = Array.from({ length: SHARD_COUNT }, (_, shard) => shard)
    const messages = shards.map(shard => ({ key: null, value: String(shard), partition: shard }))
    await producer.send(1, DOORBELL_TOPIC, messages)
  } finally {
    producer.close()
  }
}
