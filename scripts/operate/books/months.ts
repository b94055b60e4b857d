/** Which months are closed, and what was written down of each. */
import { balancesOf } from '../../../shared/books/close-month.ts'
import { BOOKS_TIMEZONE } from '../../../shared/books/month-entries.ts'
import type { AccountTotal, ClosedMonth } from '../../../shared/books/ports.ts'
import { wallTextOf } from '../../../shared/domain/business-days.ts'
import { writeJson } from '../../terminal/json.ts'
import { printable } from '../../terminal/printable.ts'
import { tableLines } from '../../terminal/table.ts'
import { majorUnits } from '../csv.ts'
import type { BooksAction } from './books-action.ts'

interface MonthWithFigures {
  closed: ClosedMonth
  figures: AccountTotal[]
}

export const months: BooksAction = {
  changes: false,
  wordsMax: 0,
  flags: ['json'],
  async run({ ports: { closedMonths }, flags: { json } }) {
    const all: MonthWithFigures[] = []
    for (const closed of await closedMonths.list())
      all.push({ closed, figures: await closedMonths.figures(closed.month) })
    writeJson(json, all.map(plainOf))
    if (json !== true) for (const line of monthLines(all)) console.log(printable(line))
    return 0
  },
}

/** A line a month and currency; the figures of all accounts are in the JSON, and behind the month's journal. */
export function monthLines(all: readonly MonthWithFigures[]): string[] {
  if (all.length === 0) return ['No month is closed.']
  const heads = ['month', 'currency', 'debits', 'recon_suspense', 'entries', 'open breaks', 'known until', 'closed by']
  return tableLines([heads, ...all.flatMap(rowsOf)], [2, 3, 4, 5])
}

function rowsOf({ closed, figures }: MonthWithFigures): string[][] {
  const { month, entryCount, openBreaks, knownUntilMs, closedBy } = closed
  const rest = [String(entryCount), String(openBreaks), wallTextOf(knownUntilMs, BOOKS_TIMEZONE), closedBy]
  const byCurrency = Map.groupBy(figures, ({ currency }) => currency)
  if (byCurrency.size === 0) return [[month, '', '', '', ...rest]]
  return [...byCurrency].map(([currency, own]) => {
    const debitsMinor = own.reduce((sum, each) => sum + each.debitsMinor, 0n)
    const suspenseMinor = balancesOf('recon_suspense', own)[0]?.balanceMinor ?? 0n
    return [month, currency, ...[debitsMinor, suspenseMinor].map(minor => majorUnits(minor, currency)), ...rest]
  })
}

/** Sums are text: they may be more than a JSON number holds. Minor units. */
const plainOf = ({ closed, figures }: MonthWithFigures) => ({
  ...closed,
  accounts: figures.map(({ account, currency, debitsMinor, creditsMinor }) => ({
    ...{ account, currency, debitsMinor: String(debitsMinor), creditsMinor: String(creditsMinor) },
  })),
})
