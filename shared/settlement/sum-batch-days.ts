/** What the batches of a merchant come to, day by day. */
import { type BatchDayKind, batchStates } from '../contracts/lists.ts'
import type { BatchDaysView, BatchDayView } from '../contracts/routes/sum-batch-days.ts'
import type { BatchQuery, SettlementBatch } from './ports.ts'
import type { SettlementReadPorts } from './read-settlements.ts'

export interface BatchDaysQuery {
  merchantId: string
  currency?: string
  by?: BatchDayKind
  from?: string
  to?: string
}

const DAYS_MAX = 14
/** Of one look. */
const PAGE_BATCHES = 100
const dayOf = { sold: 'periodEnd', due: 'dueOn' } as const satisfies Record<BatchDayKind, BatchQuery['by']>

/**
 * The newest days that have a batch, each whole: by day and currency, the newest first. Reads no more than the batches of these days and of
 * one more, as the list does. Throws DependencyUnavailableError.
 */
export async function sumBatchDays(
  ports: SettlementReadPorts,
  { by = 'sold', ...query }: BatchDaysQuery,
): Promise<BatchDaysView> {
  const day = dayOf[by]
  const batches = await batchesOfDays(ports, { ...query, by: day })
  const days = [...Map.groupBy(batches, batch => batch[day])]
  return {
    items: days.slice(0, DAYS_MAX).flatMap(([on, ofDay]) => sumsOf(on, ofDay)),
    earlierTo: days[DAYS_MAX]?.[0] ?? null,
  }
}

/** Of one day more than are wanted, of which some may be missing. */
async function batchesOfDays(
  { settlementReader }: SettlementReadPorts,
  query: Omit<BatchQuery, 'limit' | 'before'>,
): Promise<SettlementBatch[]> {
  const found: SettlementBatch[] = []
  const days = new Set<string>()
  let before: BatchQuery['before']
  do {
    const page = await settlementReader.listBatches({ ...query, before, limit: PAGE_BATCHES })
    for (const { batch } of page) {
      found.push(batch)
      days.add(batch[query.by])
    }
    const last = page.at(PAGE_BATCHES - 1)?.batch
    before = last && { day: last[query.by], batchId: last.batchId }
  } while (before !== undefined && days.size <= DAYS_MAX)
  return found
}

function sumsOf(day: string, batches: readonly SettlementBatch[]): BatchDayView[] {
  const byCurrency = [...Map.groupBy(batches, ({ currency }) => currency)].sort(([a], [b]) => (a < b ? -1 : 1))
  return byCurrency.map(([currency, ofCurrency]) => ({
    ...{ day, currency, batchCount: ofCurrency.length, net: netOf(ofCurrency) },
    itemCount: ofCurrency.reduce((sum, { itemCount }) => sum + itemCount, 0),
    states: batchStates.flatMap(state => {
      const ofState = ofCurrency.filter(batch => batch.state === state)
      return ofState.length === 0 ? [] : [{ state, batchCount: ofState.length, net: netOf(ofState) }]
    }),
  }))
}

const netOf = (batches: readonly SettlementBatch[]): string =>
  String(batches.reduce((sum, { netMinor }) => sum + BigInt(netMinor), 0n))
