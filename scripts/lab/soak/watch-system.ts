/** Everything that a soak watches of a system: its processes, the API's own figures, MariaDB, Redis and Kafka. */
import { Redis } from 'ioredis'
import { consumerGroups } from '../../../shared/contracts/topics.ts'
import { type ProcessName, type ProcessRow, readRunFile } from '../../local/run-file.ts'
import type { FoundSystem } from '../../operate/find-system.ts'
import { type KafkaLog, openKafkaLog } from '../../operate/verify/kafka-log.ts'
import { cpuSecondsOf } from '../bench/cpu.ts'
import { readApiMetrics } from './api-metrics.ts'
import { watchDatabase } from './database-readings.ts'
import type { Totals } from './judge-series.ts'
import { type NodeProcess, type WatchedProcess, watchNodeProcess } from './node-processes.ts'
import { processReadings } from './process-readings.ts'
import { redisReadings } from './redis-readings.ts'
import type { Reading } from './watched.ts'

export interface SystemReadings {
  readings: Reading[]
  totals: Totals
  alarms: Record<string, number>
}

export interface SystemWatch {
  read(): Promise<SystemReadings>
  /** Processes that the starter has had to start again. */
  restarts(): string[]
  close(): Promise<void>
}

/** Once a minute of a long run. More often, those who wait for the collection to end are too many, and are refused. */
const SAMPLES_A_HEAP = 4

const nodeNames: readonly ProcessName[] = ['api', 'acquirer', 'bank']

/** Services run natively, and ours with INSPECTOR_ON_DEMAND. Throws when one of them cannot be looked into. */
export async function watchSystem(system: FoundSystem): Promise<SystemWatch> {
  const rows = rowsOf(system)
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const one of closers.toReversed()) await one()
  }
  try {
    const ours: WatchedProcess[] = []
    for (const row of rows.filter(({ name }) => nodeNames.includes(name))) {
      const watch = await watchNodeProcess(row as NodeProcess)
      closers.push(() => watch.close())
      ours.push(watch)
    }
    const database = await watchDatabase(system.databaseUrl)
    closers.push(() => database.close())
    const redis = new Redis(system.config.redisUrl)
    closers.push(() => redis.disconnect())
    const kafka = await openKafkaLog(system)
    closers.push(() => kafka.close())
    let count = 0
    const others = rows.filter(({ name }) => !nodeNames.includes(name))
    return {
      read: async () => {
        const withHeap = count++ % SAMPLES_A_HEAP === 0
        // Of the last interval, before what follows holds the loop up.
        const api = await readApiMetrics(system.apiUrl)
        const cpuMs = cpuMsOf(rows)
        const { readings, statements } = await database.read()
        return {
          readings: [
            ...api.readings,
            ...readings,
            ...(await redisReadings(redis)),
            ...(await consumersBehind(kafka)),
            ...others.flatMap(({ name, pid }) => readingsOf(name, pid)),
            ...(await Promise.all(ours.map(one => one.readings({ withHeap })))).flat(),
          ],
          totals: { requests: api.requests, handlerMs: api.handlerMs, cpuMs, statements },
          alarms: api.alarms,
        }
      },
      restarts: () => restartsIn(rows, rowsOf(system)),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Services fill what they are allowed to; Redis keeps answers for a day, and is judged by what a key takes. */
function readingsOf(name: ProcessName, pid: number): Reading[] {
  const readings = processReadings(name, pid)
  if (name === 'redis') return readings.filter(({ kind }) => kind !== 'memory')
  return readings.map(reading => (reading.kind === 'memory' ? { ...reading, kind: 'serviceMemory' } : reading))
}

type RunningRow = ProcessRow & { pid: number }

function rowsOf({ runFile }: FoundSystem): RunningRow[] {
  const rows = readRunFile(runFile!)?.processes ?? []
  return rows.filter((row): row is RunningRow => row.pid !== undefined)
}

const restartsIn = (before: readonly RunningRow[], after: readonly RunningRow[]): string[] =>
  before.filter(({ name, pid }) => !after.some(row => row.name === name && row.pid === pid)).map(({ name }) => name)

const cpuMsOf = (rows: readonly RunningRow[]): Record<string, number> =>
  Object.fromEntries(
    rows.flatMap(({ name, pid }) => {
      const seconds = cpuSecondsOf(pid)
      return seconds === null ? [] : [[name, seconds * 1_000]]
    }),
  )

/** Records that a group has not read, without asking whether each is one. */
function consumersBehind(kafka: KafkaLog): Promise<Reading[]> {
  return Promise.all(
    consumerGroups.map(async ({ groupId, topic }): Promise<Reading> => {
      const committed = await kafka.committed(groupId, topic)
      const spans = await kafka.spansOf(topic)
      const behind = spans.map(({ partition, low, high }) =>
        Math.max(high - Math.max(committed.get(partition) ?? low, low), 0),
      )
      return { kind: 'waiting', of: groupId, value: behind.reduce((sum, records) => sum + records, 0) }
    }),
  )
}
