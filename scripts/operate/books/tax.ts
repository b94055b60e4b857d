/** What each merchant was charged in a month, for the tax invoices; and whether the ledger says the same. */
import {
  differs,
  type FeeTotal,
  type MonthOfFees,
  monthOf,
  totalFees,
  type Unitemed,
} from '../../../shared/books/total-fees.ts'
import type { Language } from '../../../shared/contracts/errors.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { majorUnits, writeCsv } from '../csv.ts'
import type { BooksAction } from './books-action.ts'
import { TIMEZONE } from './journal.ts'
import { taxCells, taxHeads } from './tax-csv.ts'

export const tax: BooksAction = {
  changes: false,
  wordsMax: 0,
  flags: ['month', 'merchant', 'json', 'out', 'lang'],
  async run({ ports, flags: { month, merchant, json, out, lang = 'en' } }) {
    if (month === undefined) throw new WrongArguments('tax wants --month.')
    if (json !== undefined && out !== undefined) throw new WrongArguments('--json and --out do not go together.')
    const days = monthOf(month, TIMEZONE)
    await ports.clock.catchUp()
    const isOver = ports.clock.virtualNowMs() >= days.span.toMs
    const isClosed = (await ports.closedMonths.list()).some(closed => closed.month === month)
    const found = await totalFees(ports, days, merchant)
    writeJson(json, jsonOf({ month, isOver, isClosed }, found))
    if (out !== undefined) await writeCsv(taxRows(found.totals, month, lang), out)
    if (json !== true) for (const line of taxLines(found, month)) console.log(printable(line))
    console.error(noteOf(month, isOver, isClosed))
    const problems = problemLines(found)
    for (const line of problems) console.error(printable(line))
    return problems.length === 0 ? 0 : 1
  },
}

/** Sales are of the day of their sale, however late they are: closing the books leaves them there. */
function noteOf(month: string, isOver: boolean, isClosed: boolean): string {
  if (!isOver) return `${month} is not over: more may follow.`
  if (!isClosed) return `The books of ${month} are not closed: more may follow.`
  return `The books of ${month} are closed. A sale that comes late is still in these totals, and its entries are of a later month.`
}

async function* taxRows(totals: readonly FeeTotal[], month: string, language: Language) {
  yield taxHeads[language]
  for (const total of totals) yield taxCells(total, month)
}

export function taxLines({ totals, unitemed }: MonthOfFees, month: string): string[] {
  const leftOut = unitemed.filter(({ isLeftOut }) => isLeftOut).map(leftOutLine)
  if (totals.length === 0) return [`Nothing was sold in ${month}.`, ...leftOut]
  const rows = totals.map(total => {
    const [merchant, , currency, count, , supply, vat, sum, refunds, , supplyBack, vatBack] = taxCells(total, month)
    return [merchant!, currency!, count!, supply!, vat!, sum!, refunds!, supplyBack!, vatBack!]
  })
  const heads = ['merchant', 'currency', 'captures', 'supply value', 'VAT', 'total', 'refunds', 'returned', 'its VAT']
  return [...tableLines([heads, ...rows], [2, 3, 4, 5, 6, 7, 8]), ...leftOut]
}

const leftOutLine = ({ currency, supplyMinor, vatMinor }: Unitemed): string =>
  `Not in it, of payments from before settlement began: ${majorUnits(supplyMinor, currency)} and VAT of ${majorUnits(vatMinor, currency)} ${currency}.`

/** Where the ledger says something else. */
export function problemLines({ totals, unitemed }: MonthOfFees): string[] {
  const text = (minor: bigint, currency: string) => majorUnits(minor, currency)
  return [
    ...totals.filter(differs).map(({ merchantId, currency, sales, refunds, booked }) => {
      const items = [sales.supplyMinor + refunds.supplyMinor, sales.vatMinor + refunds.vatMinor]
      const [supply, vat] = items.map(minor => text(minor, currency))
      const [bookedSupply, bookedVat] = [booked.supplyMinor, booked.vatMinor].map(minor => text(minor, currency))
      return `${merchantId}, ${currency}: the items say ${supply} and VAT of ${vat}, the ledger ${bookedSupply} and ${bookedVat}. See npm run verify.`
    }),
    ...unitemed
      .filter(({ isLeftOut }) => !isLeftOut)
      .map(
        ({ currency, supplyMinor, vatMinor, eventIds }) =>
          `The ledger has ${text(supplyMinor, currency)} and VAT of ${text(vatMinor, currency)} ${currency} of events without an item, such as ${eventIds.join(', ')}. Has expect-settlement read them? See npm run verify.`,
      ),
  ]
}

/** Sums are text: they may be more than a JSON number holds. Minor units. */
const jsonOf = (of: { month: string; isOver: boolean; isClosed: boolean }, { totals, unitemed }: MonthOfFees) => ({
  ...of,
  totals: totals.map(total => ({ ...textsIn(total), differs: differs(total) })),
  unitemed: unitemed.map(textsIn),
})

const textsIn = (value: object): object =>
  JSON.parse(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each)))
