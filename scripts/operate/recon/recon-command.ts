/** The words and flags of `npm run recon`. */
import { Option } from '@commander-js/extra-typings'
import { reconLineStates } from '../../../shared/contracts/lists.ts'
import { JSON_FLAG } from '../../terminal/json.ts'
import { operatorCommand, YES_FLAG } from '../flags.ts'
import { nameOrReason } from '../unknown/run-unknown.ts'

export const reconCommand = operatorCommand(
  'npm run recon',
  `Says which files of the acquirer and the bank came, and takes one by hand.

  (nothing)                how many files are in which state, and what was
                           rejected, and why
  sources                  who sends files, and by which rules they are read
  files                    the newest files, of all sources or of --source
  file FILE                what it says of itself, and the states of its lines
  lines FILE               its lines, or those in --state
  import PATH              takes a file of --source; one that was rejected
                           begins anew, one that was imported stays

What changes something wants --reason and the token of an operator, in
OPERATOR_TOKEN or typed: the name that is written down is the token's.`,
)
  .argument('[words...]')
  .option('--source <id>', 'import: whose file it is; files: only of this source', nameOrReason(32))
  .option('--name <text>', 'import: what its sender calls it; else as it is called on the disk', nameOrReason(200))
  .addOption(new Option('--state <state>', 'lines: only those').choices(reconLineStates))
  .option('--reason <text>', 'why', nameOrReason(500))
  .option(...YES_FLAG)
  .option(...JSON_FLAG)
