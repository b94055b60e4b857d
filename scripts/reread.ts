/** `npm run reread`: lets the ledger consumers read their topics again from a moment on. For a database that was restored: docs/restore.md. */
import { parseArgs } from 'node:util'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import { findSystem } from './operate/find-system.ts'
import { ledgerGroups } from './operate/verify/kafka-log.ts'
import { printableError } from './terminal/printable.ts'

const USAGE = `npm run reread -- --since TIME [--run-file FILE]
  The ledger consumers begin again at the first record since TIME, such as 2026-01-31T09:00:00Z. Entries already booked are not booked again.
  The API must be stopped (npm run service -- stop api): Kafka moves no group that has members.`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { since: { type: 'string' }, 'run-file': { type: 'string' }, help: { type: 'boolean', default: false } },
  })
  const sinceMs = Date.parse(values.since ?? '')
  if (values.help || Number.isNaN(sinceMs)) {
    console.log(USAGE)
    return values.help ? 0 : 1
  }
  const { brokers } = await findSystem(values['run-file'], process.env)
  const admin = new Kafka({ clientId: 'reread', brokers, logLevel: logLevel.NOTHING, retry: { retries: 3 } }).admin()
  await admin.connect()
  try {
    for (const { groupId, topic } of ledgerGroups) await moveBack(admin, groupId, topic, sinceMs)
    return 0
  } finally {
    await admin.disconnect()
  }
}

/** Never forward: what a group has not read yet it must not skip. */
async function moveBack(admin: Admin, groupId: string, topic: string, sinceMs: number): Promise<void> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const committedOf = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs)
  const back = found.filter(({ partition, offset }) => Number(offset) < (committedOf.get(partition) ?? -1))
  if (back.length > 0) await admin.setOffsets({ groupId, topic, partitions: back })
  const records = back.reduce((sum, { partition, offset }) => sum + committedOf.get(partition)! - Number(offset), 0)
  console.log(`${groupId}: ${records} records of ${topic} will be read again`)
}

main().then(
  code => process.exit(code),
  error => {
    console.error(`reread: ${printableError(error)}`)
    process.exit(1)
  },
)
