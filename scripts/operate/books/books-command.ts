/** The words and flags of `npm run books`. */
import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { languages } from '../../../shared/contracts/errors.ts'
import { fileName, JSON_FLAG } from '../../terminal/json.ts'
import { dayText, operatorCommand, timezoneName, YES_FLAG } from '../flags.ts'
import { nameOrReason } from '../unknown/run-unknown.ts'

function accountName(text: string): string {
  if (!/^[a-z_]+(?::[\x21-\x7e]+)?$/.test(text) || text.length > 64)
    throw new InvalidArgumentError('It wants an account such as fee_revenue or merchant_payable:shop.')
  return text
}

function monthText(text: string): string {
  if (!/^\d{4}-(?:0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('It wants a month such as 2026-11.')
  return text
}

export const booksCommand = operatorCommand(
  'npm run books',
  `Writes what finance takes from the books, and closes months.

  journal                  the entries of some days, or of a month, as CSV: a row
                           each, and then the totals of each account
  tax                      what each merchant was charged in a month, and what was
                           returned, for the tax invoices; 1 when the ledger says
                           something else
  months                   which months are closed, and their figures
  close                    a month takes no entry from then on: later ones are of
                           the next month. For approvers, with --reason and the
                           token of the operator, in OPERATOR_TOKEN or typed`,
)
  .argument('[words...]')
  .option('--from <day>', 'journal: the first day', dayText)
  .option('--to <day>', 'journal: the last day; else the first is the only one', dayText)
  .option('--timezone <name>', 'journal: of days and times; else Asia/Seoul', timezoneName)
  .option('--account <name>', 'journal: only entries of this account, or of all that begin so and a colon', accountName)
  .option('--month <month>', 'journal, close: of the books; tax: of the sales', monthText)
  .option('--merchant <id>', 'tax: only of this one', nameOrReason(32))
  .option('--out <file>', 'where to; else to stdout', fileName)
  .addOption(new Option('--lang <language>', 'the words of heads and refusals; else English').choices(languages))
  .option('--reason <text>', 'close: why', nameOrReason(500))
  .option(...YES_FLAG)
  .option(...JSON_FLAG)
