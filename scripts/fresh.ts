/** `npm run test:fresh`: a bare Debian with nothing but Node, npm and the committed repository; `npm start` must do the rest. Exit 0 or 1. */
import { DEBIAN_RELEASE } from './lab/fresh/bare-debian.ts'
import { testFreshMachine } from './lab/fresh/fresh-machine.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand(
  'npm run test:fresh',
  `Makes a bare Debian (${DEBIAN_RELEASE}) in a temporary folder, with Node 20, npm and a clone of the last commit; runs \`npm start\` there, ` +
    'buys and refunds, stops it, and starts it again with every installer taken away. Needs Debian or Ubuntu, and root.',
).option('--tests', 'also run `npm test` there, after the first start')

await run(command, testFreshMachine)
