/** `npm run reread`: moves the consumer groups of payments' events back to a moment. */
import { InvalidArgumentError } from '@commander-js/extra-typings'
import type { Admin } from 'kafkajs'
import { StepFailure } from '../../terminal/output.ts'
import { printable } from '../../terminal/printable.ts'
import { withClient } from '../connections.ts'
import { type SystemFlags, systemNamedBy } from '../find-system.ts'
import { mayChange } from '../may-change.ts'
import { eventGroups } from '../verify/kafka-log.ts'

export interface RereadFlags extends SystemFlags {
  /** In milliseconds since 1970. */
  since: number
  yes?: true
}

/** A flag's value as a time. */
export function timeAsMs(text: string): number {
  const timeMs = Date.parse(text)
  if (Number.isNaN(timeMs)) throw new InvalidArgumentError('It wants a time such as 2026-01-31T09:00:00Z.')
  return timeMs
}

/** 0 when the groups stand there, 1 when the answer was no. Asks first where the system is not one of this machine. */
export async function runReread({ since, yes, ...named }: RereadFlags): Promise<number> {
  const system = await systemNamedBy(named, process.env, ['KAFKA_BROKERS'])
  const question = `Let the consumers of payments' events read again from ${new Date(since).toISOString()} on?`
  const mayGoOn = yes === true || system.isOfThisMachine
  if (!(await mayChange(system, { typed: 'npm run reread', question, yes: mayGoOn }))) return 1
  const moveAllBack = async (admin: Admin) => {
    for (const { groupId, topic } of eventGroups) await moveBack(admin, groupId, topic, since).catch(explainMembers)
  }
  await withClient(system, kafka => kafka.admin(), moveAllBack)
  return 0
}

/** Kafka moves no group that has members. */
function explainMembers(error: Error): never {
  if (!error.message.includes('must have no running instances')) throw error
  throw new StepFailure(`the consumers are reading: ${error.message}`, {
    fix: '`npm run service -- stop api` here, or disable the triggers of the deployed functions; then try again',
    cause: error,
  })
}

/** Never forward: a group must not skip records that it has not read yet. */
async function moveBack(admin: Admin, groupId: string, topic: string, sinceMs: number): Promise<void> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
  const committedOf = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  const found = await admin.fetchTopicOffsetsByTimestamp(topic, sinceMs)
  const back = found.filter(({ partition, offset }) => Number(offset) < (committedOf.get(partition) ?? -1))
  if (back.length > 0) await admin.setOffsets({ groupId, topic, partitions: back })
  const records = back.reduce((sum, { partition, offset }) => sum + committedOf.get(partition)! - Number(offset), 0)
  console.log(printable(`${groupId}: ${records} records of ${topic} will be read again`))
}
