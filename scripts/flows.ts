/** Runs buyers without any fault and counts: three events a flow, each in Kafka once, the books right. Exit 0 or 1. */
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { audit, kafkaFactsOf } from './lab/kill/audit.ts'
import { runFlow, sendTo, type Transcript } from './lab/kill/client.ts'
import { plainFlow } from './lab/kill/flow.ts'
import { InFlight } from './lab/kill/in-flight.ts'
import { createRandom } from './lab/kill/random.ts'
import { type FoundSystem, findSystem } from './operate/find-system.ts'
import { openKafkaLog } from './operate/verify/kafka-log.ts'
import { isColoured, paint } from './operate/verify/report.ts'
import { DEFAULT_OPTIONS, verify } from './operate/verify/settle.ts'
import { openSnapshot } from './operate/verify/snapshot.ts'
import { printable, printableError } from './terminal/printable.ts'

/** Kafka may deliver an event twice; more than one in a hundred of them would be a fault of ours. */
const DUPLICATE_SHARE_MAX = 0.01
const SETTLE_MS = 120_000

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      flows: { type: 'string', default: '1000' },
      concurrency: { type: 'string', default: '8' },
      seed: { type: 'string', default: '1' },
      'run-file': { type: 'string' },
    },
  })
  const system = await findSystem(values['run-file'], process.env)
  const merchantId = `flows-${randomUUID().slice(0, 8)}`
  const startedMs = performance.now()
  const transcripts = await runFlows(
    system.apiUrl,
    merchantId,
    Number(values.flows),
    Number(values.concurrency),
    Number(values.seed),
  )
  const seconds = (performance.now() - startedMs) / 1_000
  const report = await verify(system, { ...DEFAULT_OPTIONS, settleMs: SETTLE_MS })
  const { mismatches, distinct, records, outboxRows } = await countAll(system, merchantId, transcripts)
  for (const mismatch of mismatches.slice(0, 20)) console.log(`mismatch: ${printable(mismatch)}`)
  const expected = transcripts.length * 3
  const colours = paint(isColoured(process.stdout, process.env))
  const verdict = report.ok ? colours.green('all invariants hold') : colours.red(`broken: ${brokenOf(report.results)}`)
  console.log(
    `${transcripts.length} flows of merchant ${merchantId}: ${distinct} distinct event ids, ${outboxRows} outbox rows, ` +
      `${records} Kafka records, ${mismatches.length} mismatches, ${seconds.toFixed(1)} s ` +
      `(${Math.round(expected / seconds)} calls/s); verify: ${verdict}`,
  )
  const counted = distinct === expected && outboxRows === expected && records <= expected * (1 + DUPLICATE_SHARE_MAX)
  return counted && report.ok && expected > 0 && mismatches.length === 0 ? 0 : 1
}

const brokenOf = (results: { ok: boolean; name: string }[]): string =>
  results
    .filter(result => !result.ok)
    .map(result => result.name)
    .join(', ')

async function runFlows(apiUrl: string, merchantId: string, count: number, workers: number, seed: number) {
  const random = createRandom(seed)
  const retries = { 'no answer': 0, unavailable: 0, 'in progress': 0, 'internal error': 0 }
  const options = { send: sendTo(apiUrl), inFlight: new InFlight(), random: random.fork(), deadlineMs: 30_000, retries }
  const flows = Array.from({ length: count }, (_, index) => plainFlow(random, merchantId, index))
  const transcripts: Transcript[] = []
  const queue = flows.values()
  const work = async () => {
    for (const flow of queue) {
      const transcript = await runFlow(options, flow, 0)
      if (transcript.told.some(({ answer }) => answer === null)) throw new Error(`${apiUrl} does not answer`)
      transcripts.push(transcript)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return transcripts
}

async function countAll(system: FoundSystem, merchantId: string, transcripts: Transcript[]) {
  const kafka = await openKafkaLog(system.brokers)
  const snapshot = await openSnapshot(system.databaseUrl)
  try {
    const facts = await kafkaFactsOf(kafka, merchantId)
    const mismatches = await audit(transcripts, merchantId, snapshot, facts)
    const outboxRows = await snapshot.outboxRowsOf(merchantId)
    return { mismatches, outboxRows, distinct: facts.distinct, records: facts.records }
  } finally {
    await snapshot.close()
    await kafka.close()
  }
}

main().then(
  code => process.exit(code),
  error => {
    console.error(`flows: ${printableError(error)}`)
    process.exit(1)
  },
)
