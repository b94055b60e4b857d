/** `npm run load`: one load scenario against a running system, by k6 or its stand-in; then the books. Exit 0, 99, 3 or 1. */
import { Option } from '@commander-js/extra-typings'
import { runLoad } from './lab/load/load.ts'
import { operatorCommand } from './operate/flags.ts'
import { run } from './terminal/command.ts'

const command = operatorCommand(
  'npm run load',
  `Runs a load scenario of test/load/scenarios (docs/load.md), with the k6 of your PATH, else with a stand-in that is not k6.
Afterwards every invariant of the books is checked, where the database is known.
Exit 0: all held; 99: a threshold broke; 3: void, the generator was too slow to say anything about speed; 1: anything else.`,
)
  .argument('[scenario]', 'its name; --list says which there are')
  .option('--list', 'print the scenarios, and do nothing')
  .addOption(new Option('--runner <runner>', 'who runs it').choices(['k6', 'stand-in'] as const))
  .addOption(new Option('--own', 'start a system of its own for it').conflicts(['api', 'runFile', 'envFile']))
  .option('--api <url>', 'only this API, such as http://127.0.0.1:8080: its books are not checked')
  .option('--seed <text>', 'what the idempotency keys begin with; never twice for one database (default: drawn)')
  .option('--time-scale <x>', 'factor for all lengths: 0.1 for a first look')
  .option('--rate-scale <x>', 'factor for all rates')
  .option('--invariants-wait <seconds>', 'how long the end waits for the job that checks the books')
  .option('--reports <folder>', 'where the JSON, the JUnit XML and the HTML page go', '.data/reports/load')
  .option('--history <file>', 'a CSV file that grows by a line a run; <reports>/index.html shows it as a trend')

await run(command, (flags, scenario) => runLoad(scenario, flags))
