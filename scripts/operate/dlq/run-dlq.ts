/** `npm run dlq`: which action is meant, on which system, and what it says of the letters. */
import { letterIdOf } from '../../../shared/contracts/dead-letter-records.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { type JsonTarget, writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { type FoundSystem, type SystemFlags, systemNamedBy } from '../find-system.ts'
import { mayChange } from '../may-change.ts'
import { type DeadLetter, readDeadLetters } from '../verify/dead-letters.ts'
import { openKafkaLog } from '../verify/kafka-log.ts'
import { chooseLetters, jsonOf, letterLines, sendLine } from './choose.ts'
import { putAside, sendAgain } from './handle-letters.ts'

export const dlqActions = ['list', 'redrive', 'skip'] as const

export interface DlqRequest extends SystemFlags {
  action: (typeof dlqActions)[number]
  ids: string[]
  all?: true
  yes?: true
  json?: JsonTarget
}

/** 0 when it did what was asked, else 1. Throws WrongArguments when they do not go together. */
export async function runDlq(request: DlqRequest): Promise<number> {
  check(request)
  const system = await systemNamedBy(request, process.env, ['KAFKA_BROKERS'])
  const letters = await lettersOf(system)
  return request.action === 'list' ? list(letters, request.json) : act(letters, request, system)
}

function check({ action, ids, all, json }: DlqRequest): void {
  if (action === 'list' && (ids.length > 0 || all === true))
    throw new WrongArguments('list takes no ids, and no --all.')
  if (action !== 'list' && (all === true) === ids.length > 0) throw new WrongArguments(`${action} wants ids, or --all.`)
  if (action !== 'list' && json !== undefined) throw new WrongArguments('--json goes with list.')
}

async function lettersOf(system: FoundSystem): Promise<DeadLetter[]> {
  const log = await openKafkaLog(system)
  try {
    return await readDeadLetters(log)
  } finally {
    await log.close()
  }
}

function list(letters: DeadLetter[], json: JsonTarget): number {
  writeJson(json, letters.map(jsonOf))
  if (json === true) return 0
  if (letters.length === 0) console.log('There are no dead letters.')
  for (const line of letters.flatMap(letterLines)) console.log(line)
  return 0
}

async function act(letters: DeadLetter[], request: DlqRequest, system: FoundSystem): Promise<number> {
  const choice = chooseLetters(letters, request.ids, request.all === true)
  if ('problem' in choice) {
    console.log(`Nothing was done: ${printable(choice.problem)}`)
    return 1
  }
  const { chosen, unreadable } = choice
  return request.action === 'redrive'
    ? redrive(chosen, unreadable, request, system)
    : skip([...chosen, ...unreadable], request, system)
}

/** Unreadable records are left for a person, and do not stop the others. */
async function redrive(
  chosen: DeadLetter[],
  unreadable: DeadLetter[],
  request: DlqRequest,
  system: FoundSystem,
): Promise<number> {
  for (const letter of unreadable)
    console.log(`${letterIdOf(letter)} is not a dead letter of ours and cannot be sent; \`skip\` puts it aside`)
  for (const letter of chosen) console.log(sendLine(letter))
  if (chosen.length > 0 && !(await isWanted(`Send ${count(chosen)}?`, request, system))) return 1
  await sendAgain(system, chosen, letter =>
    console.log(`redriven ${letterIdOf(letter)} to ${printable(letter.origin)}`),
  )
  console.log(`${count(chosen)} redriven.`)
  return unreadable.length > 0 ? 1 : 0
}

async function skip(chosen: DeadLetter[], request: DlqRequest, system: FoundSystem): Promise<number> {
  for (const line of chosen.flatMap(letterLines)) console.log(line)
  if (chosen.length > 0 && !(await isWanted(`Put ${count(chosen)} aside?`, request, system))) return 1
  await putAside(system, chosen)
  console.log(`${count(chosen)} put aside.`)
  return 0
}

const isWanted = (question: string, { yes }: DlqRequest, system: FoundSystem): Promise<boolean> =>
  mayChange(system, { typed: 'npm run dlq', question, yes: yes === true })

const count = ({ length }: DeadLetter[]): string => (length === 1 ? '1 dead letter' : `${length} dead letters`)
