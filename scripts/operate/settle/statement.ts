/** A merchant's statement of a batch as CSV, written as it is read. */
import type { Language } from '../../../shared/contracts/errors.ts'
import type { ItemPosition, SettlementBatch, SettlementReader } from '../../../shared/settlement/ports.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { writeCsv } from '../csv.ts'
import type { SettleAction } from './settle-action.ts'
import { addTo, itemCells, noTotals, type StatementTotals, statementHeads, totalCells } from './statement-csv.ts'

/** Items in memory at once. */
const PAGE_ITEMS = 1_000

export const statement: SettleAction = {
  changes: false,
  wordsMin: 1,
  wordsMax: 1,
  flags: ['batch', 'out', 'lang'],
  async run({ ports: { settlementReader }, words, flags: { batch: batchId, out, lang = 'en' } }) {
    if (batchId === undefined) throw new WrongArguments('statement wants --batch.')
    const batch = (await settlementReader.findBatch(batchId))?.batch
    const refusal = refusalOf(batch, words[0]!)
    if (batch === undefined || refusal !== undefined) {
      console.error(refusal)
      return 1
    }
    const totals = noTotals()
    await writeCsv(statementRows(settlementReader, batch, lang, totals), out)
    const isRight = agrees(totals, batch)
    if (!isRight) console.error('The items do not add up to the batch: do not send this statement. See npm run verify.')
    else if (out !== undefined) console.log(`${out}: ${totals.itemCount} items of ${batch.batchId}.`)
    return isRight ? 0 : 1
  },
}

/** Why there is no statement. */
export function refusalOf(batch: SettlementBatch | undefined, merchantId: string): string | undefined {
  if (batch?.merchantId !== merchantId)
    return 'The merchant has no such batch: `npm run settle -- batches MERCHANT` lists them.'
  return batch.state === 'OPEN' ? 'The batch is OPEN: it has a statement when it is closed.' : undefined
}

export const agrees = ({ itemCount, netMinor }: StatementTotals, batch: SettlementBatch): boolean =>
  itemCount === batch.itemCount && netMinor === BigInt(batch.netMinor)

/** Every row, the heads first. Adds each item to `totals`, which are the last row. */
export async function* statementRows(
  reader: SettlementReader,
  batch: SettlementBatch,
  language: Language,
  totals: StatementTotals,
): AsyncGenerator<readonly string[]> {
  yield statementHeads[language]
  let after: ItemPosition | undefined
  do {
    const items = await reader.listItems(batch.batchId, PAGE_ITEMS, after)
    for (const item of items) {
      addTo(totals, item)
      yield itemCells(item, batch.batchId, language)
    }
    after = items.at(PAGE_ITEMS - 1)
  } while (after !== undefined)
  yield totalCells(totals, batch, language)
}
