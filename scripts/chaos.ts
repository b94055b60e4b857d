/** `npm run chaos`: kills, pauses, cuts and delays everything under load; an independent auditor judges what is left. Exit 0 or 1. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { chaos } from './lab/chaos/chaos.ts'
import { minutesAsMs, npmCommand, run, wholeNumber } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

/** Holds live for seven days, and keys for fifteen: eight days follow after the faults. */
function daysNumber(text: string): number {
  const days = wholeNumber(text)
  if (days > 6) throw new InvalidArgumentError('It wants at most 6.')
  return days
}

const command = npmCommand(
  'npm run chaos',
  'Makes faults of every kind under load on a system of its own. Then all heals, and what clients were told must be in the database, Kafka, the acquirer’s journal and the ledger.',
)
  .addOption(
    new Option(
      '--minutes <n>',
      'how long faults are made; parts of one, too. Up to three times as long until the days have passed',
    )
      .argParser(minutesAsMs)
      .default(60_000, '1'),
  )
  .option('--seed <n>', 'repeats the same draws of clients and faults (default: drawn, and printed)', wholeNumber)
  .option(
    '--lease <ms>',
    'how long an operation may be worked on before others take over (above 10000)',
    wholeNumber,
    15_000,
  )
  .option('--days <n>', 'virtual days that pass meanwhile, at most 6; 0: the clock stands', daysNumber, 5)
  .option('--hurry', 'heal by the sandbox clock instead of waiting for the jobs, which run each minute')
  .option('--plant', 'afterwards write lies into the system and see the auditor name each')
  .option(...JSON_FLAG)

await run(command, chaos)
