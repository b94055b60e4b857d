/** `npm run bench:accounts`: how fast balances are read of many entries, and what their indexes cost those who write. Exit 0 or 1. */
import { benchAccounts } from './lab/bench/accounts.ts'
import { npmCommand, run, wholeNumber } from './terminal/command.ts'
import { JSON_FLAG } from './terminal/json.ts'

const command = npmCommand(
  'npm run bench:accounts',
  'Fills a ledger, stores its balances, and times the routes of accounts, on a system of its own.',
)
  .option('--entries <n>', 'entries of the ledger', wholeNumber, 1_000_000)
  .option('--requests <n>', 'of each kind', wholeNumber, 2_000)
  .option('--rounds <n>', 'of inserts with and without the indexes, in turns', wholeNumber, 7)
  .option('--seed <n>', 'of the times and accounts that are asked for', wholeNumber, 1)
  .option(...JSON_FLAG)
  .option('--save', 'also write the figures to scripts/lab/results/accounts-<date>.json')

await run(command, benchAccounts)
