/** `npm run dlq`: lists dead letters, and sends the original bytes of chosen ones once more to where they came from. */
import { parseArgs } from 'node:util'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import { DEAD_LETTER_TOPIC } from '../shared/contracts/topics.ts'
import { chooseLetters, letterLines, sendLine } from './operate/dlq/choose.ts'
import { findSystem } from './operate/find-system.ts'
import { type DeadLetter, type HandledState, idOf, noteOf, readDeadLetters } from './operate/verify/dead-letters.ts'
import { openKafkaLog } from './operate/verify/kafka-log.ts'
import { confirmed } from './terminal/confirm.ts'
import { printable, printableError } from './terminal/printable.ts'

const USAGE = `npm run dlq -- [list | redrive ID… | redrive --all | skip ID… | skip --all] [--yes] [--run-file FILE]
  list      every dead letter: its id (partition/offset), where it came from, why it was refused, and what was done about it
  redrive   sends letters once more as they were: same topic, partition, key, headers and value. --all: those that wait.
            Shows what goes where and asks first. A letter that fails again comes back as a new one.
  skip      puts letters aside without sending them: for what can never be processed. They stay on the topic.
  --yes     does not ask; needed where nobody can be asked`

interface Request {
  command: 'redrive' | 'skip'
  ids: string[]
  all: boolean
  yes: boolean
  runFile: string | undefined
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      'run-file': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const { all, yes, 'run-file': runFile } = values
  const [command = 'list', ...ids] = positionals
  const isList = command === 'list' && ids.length === 0 && !all
  const isAction = (command === 'redrive' || command === 'skip') && all !== ids.length > 0
  if (values.help || !(isList || isAction)) {
    console.log(USAGE)
    return values.help ? 0 : 1
  }
  const { brokers } = await findSystem(runFile, process.env)
  const letters = await lettersOf(brokers)
  if (isList) return list(letters)
  return act(letters, { command, ids, all, yes, runFile } as Request, brokers)
}

async function lettersOf(brokers: string[]): Promise<DeadLetter[]> {
  const log = await openKafkaLog(brokers)
  try {
    return await readDeadLetters(log)
  } finally {
    await log.close()
  }
}

function list(letters: DeadLetter[]): number {
  if (letters.length === 0) console.log('There are no dead letters.')
  for (const line of letters.flatMap(letterLines)) console.log(line)
  return 0
}

async function act(letters: DeadLetter[], request: Request, brokers: string[]): Promise<number> {
  const choice = chooseLetters(letters, request.ids, request.all)
  if ('problem' in choice) {
    console.log(`Nothing was done: ${printable(choice.problem)}`)
    return 1
  }
  const { chosen, unreadable } = choice
  return request.command === 'redrive'
    ? redrive(chosen, unreadable, request, brokers)
    : skip([...chosen, ...unreadable], request, brokers)
}

/** What cannot be read is left for a person, and holds back nobody. */
async function redrive(
  chosen: DeadLetter[],
  unreadable: DeadLetter[],
  request: Request,
  brokers: string[],
): Promise<number> {
  for (const letter of unreadable)
    console.log(`${idOf(letter)} is not a dead letter of ours and cannot be sent; \`skip\` puts it aside`)
  for (const letter of chosen) console.log(sendLine(letter))
  if (chosen.length > 0 && !(await isWanted(`Send ${count(chosen)}?`, request))) return 1
  await withProducer(brokers, async producer => {
    for (const letter of chosen) {
      const { original, origin } = letter
      await producer.send({ topic: original!.topic, acks: -1, messages: [messageOf(original!)] })
      // Noted one by one, and only then: a crash in between sends one letter twice, and loses none.
      await note(producer, letter, 'redriven')
      console.log(`redriven ${idOf(letter)} to ${printable(origin)}`)
    }
  })
  console.log(`${count(chosen)} redriven.`)
  return unreadable.length > 0 ? 1 : 0
}

async function skip(chosen: DeadLetter[], request: Request, brokers: string[]): Promise<number> {
  for (const line of chosen.flatMap(letterLines)) console.log(line)
  if (chosen.length > 0 && !(await isWanted(`Put ${count(chosen)} aside?`, request))) return 1
  await withProducer(brokers, async producer => {
    for (const letter of chosen) await note(producer, letter, 'put aside')
  })
  console.log(`${count(chosen)} put aside.`)
  return 0
}

const count = ({ length }: DeadLetter[]): string => (length === 1 ? '1 dead letter' : `${length} dead letters`)

const isWanted = (question: string, { command, ids, all, yes, runFile }: Request): Promise<boolean> => {
  const typed = [command, ...(all ? ['--all'] : ids), '--yes', ...(runFile ? ['--run-file', runFile] : [])]
  return confirmed({ question, yes, command: printable(`npm run dlq -- ${typed.join(' ')}`) })
}

const note = (producer: Producer, letter: DeadLetter, state: HandledState) =>
  producer.send({ topic: DEAD_LETTER_TOPIC, acks: -1, messages: [noteOf(letter, state, new Date())] })

async function withProducer(brokers: string[], work: (producer: Producer) => Promise<void>): Promise<void> {
  const kafka = new Kafka({ clientId: 'dlq', brokers, logLevel: logLevel.NOTHING, retry: { retries: 3 } })
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  try {
    await work(producer)
  } finally {
    await producer.disconnect()
  }
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
    console.error(`dlq: ${printableError(error)}`)
    process.exit(1)
  },
)
