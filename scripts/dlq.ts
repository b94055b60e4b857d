/** `npm run dlq`: lists dead letters, and sends their original bytes once more to where they came from. */
import { parseArgs } from 'node:util'
import { type Admin, Kafka, logLevel, type Producer } from 'kafkajs'
import { DEAD_LETTER_TOPIC } from '../shared/contracts/topics.ts'
import { type DeadLetter, readDeadLetters } from './verify/dead-letters.ts'
import { findSystem } from './verify/find-system.ts'
import { openKafkaLog, REDRIVE_GROUP } from './verify/kafka-log.ts'

const USAGE = `npm run dlq -- [list | redrive | skip] [--run-file FILE]
  list      every dead letter: where it is, where it came from, why it was refused, and whether it was redriven
  redrive   sends each letter that was not redriven yet, in order, as it was: same topic, key, headers and value.
            Progress is kept as the offset of the consumer group ${REDRIVE_GROUP}; a letter that fails again comes back as a new one.
  skip      puts the first waiting letter aside without sending it: for one that can never be processed. It stays on the topic.`

const commands = { list, redrive, skip }
type Command = keyof typeof commands

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { 'run-file': { type: 'string' }, help: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const command = (positionals[0] ?? 'list') as Command
  if (values.help || positionals.length > 1 || !Object.hasOwn(commands, command)) {
    console.log(USAGE)
    return values.help ? 0 : 1
  }
  const { brokers } = await findSystem(values['run-file'], process.env)
  return commands[command](await lettersOf(brokers), brokers)
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
  for (const letter of letters) {
    const { origin, failedAt, error, redriven, original } = letter
    console.log(`${placeOf(letter)}  from ${origin}  ${failedAt}  ${redriven ? 'redriven or put aside' : 'waiting'}`)
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

async function redrive(letters: DeadLetter[], brokers: string[]): Promise<number> {
  const waiting = letters.filter(letter => !letter.redriven)
  await withKafka(brokers, async ({ producer, admin }) => {
    for (const letter of waiting) {
      const { original, origin } = letter
      // A letter that cannot be read is left for a person, and so is everything behind it.
      if (!original)
        throw new Error(
          `${placeOf(letter)} is not a dead letter of ours; nothing after it was redriven. \`skip\` puts it aside`,
        )
      await producer.send({ topic: original.topic, acks: -1, messages: [messageOf(original)] })
      // Committed one by one, so that a crash redrives at most one letter twice.
      await commitPast(admin, letter)
      console.log(`redriven ${placeOf(letter)} to ${origin}`)
    }
  })
  console.log(`${waiting.length} dead letters redriven.`)
  return 0
}

async function skip(letters: DeadLetter[], brokers: string[]): Promise<number> {
  const letter = letters.find(letter => !letter.redriven)
  if (letter === undefined) {
    console.log('No dead letter waits.')
    return 0
  }
  await withKafka(brokers, ({ admin }) => commitPast(admin, letter))
  console.log(`put aside ${placeOf(letter)} from ${letter.origin}: ${letter.error}`)
  return 0
}

async function withKafka(
  brokers: string[],
  work: (clients: { producer: Producer; admin: Admin }) => Promise<void>,
): Promise<void> {
  const kafka = new Kafka({ clientId: REDRIVE_GROUP, brokers, logLevel: logLevel.NOTHING, retry: { retries: 3 } })
  const [producer, admin] = [kafka.producer({ allowAutoTopicCreation: false }), kafka.admin()]
  await Promise.all([producer.connect(), admin.connect()])
  try {
    await work({ producer, admin })
  } finally {
    await Promise.all([producer.disconnect(), admin.disconnect()])
  }
}

async function commitPast(admin: Admin, { partition, offset }: DeadLetter): Promise<void> {
  const partitions = [{ partition, offset: String(offset + 1) }]
  await admin.setOffsets({ groupId: REDRIVE_GROUP, topic: DEAD_LETTER_TOPIC, partitions })
}

const placeOf = ({ partition, offset }: DeadLetter): string => `${DEAD_LETTER_TOPIC} ${partition}/${offset}`

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
