/** `npm run logs`: the logs of the running (or last) system, one process or all of them, or what they say of one payment; followed with -f. */
import { Argument } from '@commander-js/extra-typings'
import { showLogs } from './local/logs/show.ts'
import { processNames } from './local/run-file.ts'
import { npmCommand, run, wholeNumber } from './terminal/command.ts'

const command = npmCommand(
  'npm run logs',
  'Shows the logs of the running (or last) system, or what they say of one payment.',
)
  .addArgument(new Argument('[process]', 'only its log').choices(processNames))
  .option('-f, --follow', 'go on with what comes')
  .option('-n, --lines <n>', 'how many lines of each log', wholeNumber, 40)
  .option('--payment <id>', 'every line about one payment, of all processes, in the order of time')
  .option('--data <name>', 'the system of .data/NAME')

await run(command, showLogs)
