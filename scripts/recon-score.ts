/** `npm run recon:score`: how much of what is planted in generated files reconciliation finds, and whether it finds anything else. Exit 0 or 1. */
import { Option } from '@commander-js/extra-typings'
import { foundClasses } from './lab/recon/generate/truth.ts'
import { mixes } from './lab/recon/generate/world.ts'
import { reconScore } from './lab/recon/score/recon-score.ts'
import { npmCommand, positiveNumber, run, wholeNumber } from './terminal/command.ts'
import { fileName, JSON_FLAG } from './terminal/json.ts'

const command = npmCommand(
  'npm run recon:score',
  'Makes books and files with known faults, reconciles them on a system of its own, and compares what was found with the truth.',
)
  .option('--seed <n>', 'of the first world (default: from the hash of the commit)', wholeNumber)
  .option('--seeds <n>', 'how many worlds, each with the next seed', positiveNumber, 1)
  .option('--lines <n>', 'lines of the acquirer in each', positiveNumber, 2_000)
  .addOption(new Option('--mix <mix>', 'how much goes wrong').choices(mixes).default('standard' as const))
  .addOption(
    new Option('--without <class>', 'switch this class off: the score must fall below a half').choices(foundClasses),
  )
  .option('--write <folder>', 'only write the first world there: its files, its books and truth.jsonl')
  .option('--run-file <file>', 'the run.json of a running system, whose database server is used (else PAY_RUN_FILE)')
  .option(
    '--from <file>',
    'each world is added to this file, and those in it are not played again: go on with a run that was ended',
    fileName,
  )
  .option(...JSON_FLAG)
  .option('--save', 'also write the figures to scripts/lab/results/')

await run(command, reconScore)
