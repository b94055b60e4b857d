/** `npm run kill`: kills and pauses services under load and proves that what clients were told = database = Kafka = ledger. Exit 0 or 1. */
import { InvalidArgumentError } from '@commander-js/extra-typings'
import { kill } from './lab/kill/kill.ts'
import { pausesMs, victims } from './lab/kill/rounds.ts'
import { npmCommand, run, wholeNumber } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

/** Holds live for seven days: four follow after the faults. */
function daysNumber(text: string): number {
  const days = wholeNumber(text)
  if (days > 2) throw new InvalidArgumentError('It wants at most 2.')
  return days
}

const pauses = pausesMs.map(ms => ms / 1_000).join(', ')

const command = npmCommand(
  'npm run kill',
  'Kills and pauses services while clients pay and retry; what every client was told must be in the database, Kafka and the ledger.',
)
  .option('--rounds <n>', `how many faults: SIGKILL, or SIGSTOP for ${pauses} s; 0: no fault at all`, wholeNumber, 4)
  .option('--seed <n>', 'repeats the same flows and the same faults (default: drawn, and printed)', wholeNumber)
  .option('--each', `kill and pause each of ${victims.join(', ')} once`)
  .option('--pause-max <seconds>', 'the longest pause in seconds; 0: kills only', wholeNumber, 18)
  .option('--payments <n>', 'go on until at least so many payments were begun', wholeNumber, 0)
  .option(
    '--days <n>',
    'virtual days that pass meanwhile, at most 2 (default: 2 on a system of its own, else 0)',
    daysNumber,
  )
  .option(...JSON_FLAG)
  .option(
    '--run-file <file>',
    'the run.json of the system to work on (else PAY_RUN_FILE, .data/main/run.json, or one of its own)',
  )

await run(command, kill)
