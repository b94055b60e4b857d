/** Every open break as CSV: UTF-8 with a byte order mark, written as it is read. */
import { type AgeOf, agesNow } from '../../../shared/reconciliation/age-of-breaks.ts'
import type { BreakReader, ReconBreak } from '../../../shared/reconciliation/ports.ts'
import { writeCsv } from '../csv.ts'
import type { BreaksAction, BreaksFlags } from './breaks-action.ts'
import { filtersIn } from './list.ts'
import { breakCells, reportHeads } from './report-csv.ts'

/** Breaks in memory at once. */
const PAGE_BREAKS = 1_000

export const report: BreaksAction = {
  changes: false,
  wordsMax: 0,
  flags: ['class', 'source', 'currency', 'out', 'lang'],
  async run({ ports, flags }) {
    const ageOf = await agesNow(ports)
    const written = { count: 0 }
    await writeCsv(reportRows(ports.breakReader, flags, ageOf, written), flags.out)
    if (flags.out !== undefined) console.log(`${flags.out}: ${written.count} open breaks.`)
    return 0
  },
}

/** Every row, the heads first; counts the breaks. */
export async function* reportRows(
  reader: Pick<BreakReader, 'list'>,
  flags: BreaksFlags,
  ageOf: AgeOf,
  written: { count: number },
): AsyncGenerator<readonly string[]> {
  const language = flags.lang ?? 'en'
  yield reportHeads[language]
  let last: ReconBreak | undefined
  do {
    const beyond = last === undefined ? {} : { beyondBreakId: last.breakId }
    const page = await reader.list({ ...filtersIn(flags), ...beyond, order: 'oldest', limit: PAGE_BREAKS })
    for (const each of page) yield breakCells(each, ageOf(each), language)
    written.count += page.length
    last = page.at(PAGE_BREAKS - 1)
  } while (last !== undefined)
}
