/** A whole run: fills the topics, then every case in every round. */

import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { type LatencySample, measureLatency } from './latency.ts'
import { PARTITIONS } from './records.ts'
import { type Case, scheduleOf } from './schedule.ts'
import type { Settings } from './settings.ts'
import { type FullTopic, measureThroughput, type ThroughputSample } from './throughput.ts'
import { type Cluster, closeCluster, fillTopic, openCluster } from './topics.ts'

export interface BenchResult {
  startedAt: string
  machine: { cpu: string; cores: number; node: string; kafkajs: string; serverlessOffline: string }
  settings: Settings
  loadAverages: { before: number[]; after: number[] }
  throughput: ThroughputSample[]
  latency: LatencySample[]
  /** Why the figures must not be trusted; empty when they may. */
  problems: string[]
}

/** Of the measured records; the compiler has seen every path by then. */
const WARM_UP_SHARE = 0.5
/** A batch of few records costs more for each: these shares take about as long. */
const shareOf = (batchSize: number): number => (batchSize < 10 ? 0.3 : 1)

interface Run {
  cluster: Cluster
  settings: Settings
  id: string
  topics: Map<number, FullTopic>
  say: (line: string) => void
}

export async function runBench(brokers: string, settings: Settings, say: (line: string) => void): Promise<BenchResult> {
  const before = { loadAverages: loadavg(), startedAt: new Date().toISOString() }
  const cluster = await openCluster(brokers)
  const id = `bench-${process.pid}-${Date.now().toString(36)}`
  const run: Run = { cluster, settings, id, topics: new Map(), say }
  try {
    if (settings.parts.includes('throughput')) await fillTopics(run)
    const { throughput, latency } = await runRounds(run)
    return {
      startedAt: before.startedAt,
      machine: machine(),
      settings,
      loadAverages: { before: before.loadAverages, after: loadavg() },
      throughput,
      latency,
      problems: [...throughput, ...latency].flatMap(sample => sample.problems),
    }
  } finally {
    await closeCluster(cluster)
  }
}

/** One topic for all batch sizes that get as many records. */
async function fillTopics({ cluster, settings, id, topics, say }: Run): Promise<void> {
  for (const batchSize of settings.batchSizes) {
    const measured = Math.ceil((settings.records * shareOf(batchSize)) / PARTITIONS)
    const recordsPerPartition = Math.round(measured * (1 + WARM_UP_SHARE))
    const same = [...topics.values()].find(topic => topic.recordsPerPartition === recordsPerPartition)
    const warmUpRecords = (recordsPerPartition - measured) * PARTITIONS
    const topic = same ?? { name: `${id}-${recordsPerPartition}`, recordsPerPartition, warmUpRecords }
    if (!same) {
      await fillTopic(cluster, topic.name, recordsPerPartition)
      say(`filled ${topic.name}: ${PARTITIONS} partitions of ${recordsPerPartition} records`)
    }
    topics.set(batchSize, topic)
  }
}

async function runRounds(run: Run): Promise<Pick<BenchResult, 'throughput' | 'latency'>> {
  const throughput: ThroughputSample[] = []
  const latency: LatencySample[] = []
  for (const [index, cases] of scheduleOf(run.settings).entries()) {
    for (const [place, each] of cases.entries()) {
      const round = index + 1
      const groupId = `${run.id}-${round}-${place}`
      if (each.part === 'throughput') {
        const sample = {
          round,
          ...(await measureThroughput(run.cluster, each, run.topics.get(each.batchSize)!, groupId, run.settings)),
        }
        throughput.push(named(sample, each))
        run.say(
          line(
            round,
            each,
            `${(sample.figures.records / sample.figures.seconds).toFixed(0)} records/s`,
            sample.problems,
          ),
        )
      } else {
        const sample = { round, ...(await measureLatency(run.cluster, each, groupId, run.settings)) }
        latency.push(named(sample, each))
        run.say(
          line(round, each, `p50 ${sample.p50Ms.toFixed(2)} ms, p99 ${sample.p99Ms.toFixed(2)} ms`, sample.problems),
        )
      }
    }
  }
  return { throughput, latency }
}

const nameOf = (each: Case): string =>
  `${each.part === 'throughput' ? each.handler : 'latency'} @${each.batchSize} ${each.variant}`

function named<T extends { problems: string[] }>(sample: T, each: Case): T {
  sample.problems = sample.problems.map(problem => `${nameOf(each)}: ${problem}`)
  return sample
}

const line = (round: number, each: Case, figures: string, problems: string[]): string =>
  [`round ${round}  ${nameOf(each).padEnd(20)} ${figures}`, ...problems.map(problem => `  ! ${problem}`)].join('\n')

const packageVersion = (name: string): string =>
  JSON.parse(readFileSync(findPackageJSON(name, import.meta.url)!, 'utf8')).version

const machine = (): BenchResult['machine'] => ({
  cpu: cpus()[0]?.model.trim() || 'unknown',
  cores: availableParallelism(),
  node: process.version,
  kafkajs: packageVersion('kafkajs'),
  serverlessOffline: packageVersion('serverless-offline'),
})
