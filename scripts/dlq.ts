/** `npm run dlq`: lists dead letters, and sends their original bytes once more to where they came from. */
import { parseArgs } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { DEAD_LETTER_TOPIC } from '../shared/contracts/topics.ts'
import { type DeadLetter, readDeadLetters } from './verify/dead-letters.ts'
import { findSystem } from './verify/find-system.ts'
import { openKafkaLog, REDRIVE_GROUP } from './verify/kafka-log.ts'

const USAGE = `npm run dlq -- [list | redrive] [--run-file FILE]
  list      every dead letter: where it is, where it came from, why it was refused, and whether it was redriven
  redrive   sends each letter that was not redriven yet, in order, as it was: same topic, key, headers and value.
            Progress is kept as the offset of the consumer group ${REDRIVE_GROUP}; a letter that fails again comes back as a new one.`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { 'run-file': { type: 'string' }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const command = positionals[0] ?? 'list'
  if (values.help || positionals.length > 1 || !['list', 'redrive'].includes(command)) {
    console.log(USAGE)
    return values.help ? 0 : 1
  }
  const { brokers } = await findSystem(values['run-file'], process.env)
  const letters = await lettersOf(brokers)
  return command === 'list' ? list(letters) : redrive(brokers, letters)
}

async function lettersOf(brokers: string[]): Promise<DeadLetter[]> {
  const log = await openKafkaLog(brokers)
  try {
    return await readDeadLetters(log, REDRIVE_GROUP)
  } finally {
    await log.close()
  }
}

function list(letters: DeadLetter[]): number {
  if (letters.length === 0) console.log('There are no dead letters.')
  for (const { partition, offset, origin, failedAt, error, redriven, original } of letters) {
    console.log(
      `${DEAD_LETTER_TOPIC} ${partition}/${offset}  from ${origin}  ${failedAt}  ${redriven ? 'redriven' : 'waiting'}`,
    )
    console.log(`    ${error}`)
    console.log(`    key ${original?.key ?? 'none'}, value ${preview(original?.value ?? null)}`)
  }
  return 0
}

const PREVIEW_LENGTH = 160

const preview = (value: Buffer | null): string => {
  if (value === null) return 'none'
  const text = value.toString('utf8').replaceAll(/\p{Cc}/gu, '·')
  return text.length > PREVIEW_LENGTH ? `${text.slice(0, PREVIEW_LENGTH)}… (${value.length} bytes)` : text
}

async function redrive(brokers: string[], letters: DeadLetter[]): Promise<number> {
  const waiting = letters.filter(letter => !letter.redriven)
  const kafka = new Kafka({ clientId: REDRIVE_GROUP, brokers, logLevel: logLevel.NOTHING, retry: { retries: 3 } })
  const [producer, admin] = [kafka.producer({ allowAutoTopicCreation: false }), kafka.admin()]
  await Promise.all([producer.connect(), admin.connect()])
  try {
    for (const { partition, offset, original, origin } of waiting) {
      // A letter that cannot be read is left for a person, and so is everything behind it.
      if (!original)
        throw new Error(
          `${DEAD_LETTER_TOPIC} ${partition}/${offset} is not a dead letter of ours; nothing after it was redriven`,
        )
      await producer.send({ topic: original.topic, acks: -1, messages: [messageOf(original)] })
      // Committed one by one, so that a crash redrives at most one letter twice.
      const partitions = [{ partition, offset: String(offset + 1) }]
      await admin.setOffsets({ groupId: REDRIVE_GROUP, topic: DEAD_LETTER_TOPIC, partitions })
      console.log(`redriven ${DEAD_LETTER_TOPIC} ${partition}/${offset} to ${origin}`)
    }
  } finally {
    await Promise.all([producer.disconnect(), admin.disconnect()])
  }
  console.log(`${waiting.length} dead letters redriven.`)
  return 0
}

const messageOf = ({ key, value, headers, partition }: NonNullable<DeadLetter['original']>) => ({
  key,
  value,
  partition,
  headers: Object.fromEntries(headers),
})

main().then(
  code => process.exit(code),
  error => {
    console.error(`dlq: ${error.message || error.code || error}`)
    process.exit(1)
  },
)
