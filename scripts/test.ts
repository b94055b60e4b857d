/** `npm test`: everything that can be proved on one machine, on ports and data of its own. Ends with `N passed, N failed`. Exit 0 or 1. */
import { Option } from '@commander-js/extra-typings'
import { phases } from './lab/testing/phase-work.ts'
import { runTests } from './lab/testing/test-run.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand('npm test', 'Runs types, lint and every test, on a system of its own.')
  .argument('[files...]', 'test files: they narrow down the phases system and full')
  .option('--full', 'also the slow things: test/full, 20 rounds of kills, a bare Debian')
  .option('--only <phases>', `a comma-separated few of: ${phases.map(phase => phase.name).join(', ')}`)
  .addOption(new Option('--native', 'services as programs of this machine, as for npm start').conflicts('docker'))
  .option('--docker', 'services in containers, as for npm start')

await run(command, runTests)
