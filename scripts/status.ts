/** `npm run status`: what runs, where, how much memory it takes, and what the API says of itself. Exit 1 when it is not all well. */
import { Option } from '@commander-js/extra-typings'
import { status } from './local/status.ts'
import { npmCommand, run } from './terminal/command.ts'

const command = npmCommand(
  'npm run status',
  'Says what runs, where, how much memory it takes, and what the API says of itself. Exit 0 when all is well.',
)
  .addOption(new Option('--json', 'print it as JSON, and nothing else').conflicts('memory'))
  .option(
    '--memory',
    'print what each part uses: resident memory, with shared pages counted once, and CPU over 5 s (Linux)',
  )

await run(command, status)
