/** Reads: batches, what is in them, and payouts. */

import type { PayoutListView, PayoutsQuery } from '../contracts/routes/list-payouts.ts'
import type { ItemListView } from '../contracts/routes/list-settlement-items.ts'
import type { SettlementListView, SettlementsQuery } from '../contracts/routes/list-settlements.ts'
import type {
  BatchInListView,
  BatchView,
  ItemView,
  OperatorBatchView,
  PayoutView,
} from '../contracts/settlement-views.ts'
import type { BatchQuery, ItemPosition, Payout, SettlementBatch, SettlementItem, SettlementReader } from './ports.ts'
import { whyNotRetried } from './retry-batch.ts'

export interface SettlementReadPorts {
  settlementReader: SettlementReader
}

interface Page {
  limit: number
}

/** Which days a list of batches goes by. Undefined when the query names days of both kinds. */
export function daysOf({
  soldFrom,
  soldTo,
  dueFrom,
  dueTo,
}: Pick<SettlementsQuery, 'soldFrom' | 'soldTo' | 'dueFrom' | 'dueTo'>):
  | Pick<BatchQuery, 'by' | 'from' | 'to'>
  | undefined {
  if ((dueFrom ?? dueTo) === undefined) return { by: 'periodEnd', from: soldFrom, to: soldTo }
  return (soldFrom ?? soldTo) === undefined ? { by: 'dueOn', from: dueFrom, to: dueTo } : undefined
}

/** One page; the last day comes first. Throws DependencyUnavailableError. */
export async function listSettlements(
  { settlementReader }: SettlementReadPorts,
  query: BatchQuery,
): Promise<SettlementListView> {
  const found = await settlementReader.listBatches(oneMore(query))
  const { page, last } = pageOf(found, query)
  return {
    items: page.map(({ batch, payout }) => batchInListView(batch, payout)),
    nextCursor: last === undefined ? null : cursorOf(last.batch[query.by], last.batch.batchId),
  }
}

/** With all its payouts; undefined when there is no such batch. Throws DependencyUnavailableError. */
export async function readSettlement(
  { settlementReader }: SettlementReadPorts,
  batchId: string,
): Promise<BatchView | undefined> {
  const found = await settlementReader.findBatch(batchId)
  return found && batchViewOf(found)
}

/** The same for operators. */
export async function readOperatorBatch(
  { settlementReader }: SettlementReadPorts,
  batchId: string,
): Promise<OperatorBatchView | undefined> {
  const found = await settlementReader.findBatch(batchId)
  return found && { ...batchViewOf(found), canRetry: whyNotRetried(found.batch, found.payouts) === undefined }
}

/** One page, oldest first; undefined when there is no such batch. Throws DependencyUnavailableError. */
export async function listSettlementItems(
  { settlementReader }: SettlementReadPorts,
  batchId: string,
  query: Page & { after?: ItemPosition },
): Promise<ItemListView | undefined> {
  const found = await settlementReader.listItems(batchId, query.limit + 1, query.after)
  // A batch may be without items: one that is OPEN.
  if (found.length === 0 && (await settlementReader.findBatch(batchId)) === undefined) return undefined
  const { page, last } = pageOf(found, query)
  return {
    batchId,
    items: page.map(itemView),
    nextCursor: last === undefined ? null : cursorOf(last.periodEnd, last.itemId),
  }
}

/** One page, newest first. `beforePayoutId` is where the page before ended. Throws DependencyUnavailableError. */
export async function listPayouts(
  { settlementReader }: SettlementReadPorts,
  query: Omit<PayoutsQuery, 'cursor'> & { beforePayoutId?: string },
): Promise<PayoutListView> {
  const { page, last } = pageOf(await settlementReader.listPayouts(oneMore(query)), query)
  return { items: page.map(payoutView), nextCursor: last === undefined ? null : encoded(last.payoutId) }
}

const oneMore = <Query extends Page>(query: Query): Query => ({ ...query, limit: query.limit + 1 })

/** `last`: where the next page goes on, when there is one. `found` has one more than fit. */
export function pageOf<Row>(found: readonly Row[], { limit }: Page): { page: Row[]; last: Row | undefined } {
  const page = found.slice(0, limit)
  return { page, last: found.length > limit ? page.at(-1) : undefined }
}

const batchFields = ({
  batchId,
  merchantId,
  currency,
  periodEnd,
  dueOn,
  state,
  itemCount,
  netMinor,
}: SettlementBatch) => ({
  ...{ batchId, merchantId, currency, periodEnd, dueOn, state, itemCount },
  net: netMinor,
})

const batchViewOf = ({ batch, payouts }: { batch: SettlementBatch; payouts: readonly Payout[] }): BatchView => ({
  ...batchFields(batch),
  payouts: payouts.map(payoutView),
})

const batchInListView = (batch: SettlementBatch, payout: Payout | null): BatchInListView => ({
  ...batchFields(batch),
  payout: payout && { payoutId: payout.payoutId, state: payout.state, attempt: payout.attempt },
})

export const payoutView = (payout: Payout): PayoutView => ({
  payoutId: payout.payoutId,
  batchId: payout.batchId,
  merchantId: payout.merchantId,
  currency: payout.currency,
  attempt: payout.attempt,
  state: payout.state,
  amount: payout.amountMinor,
  failure: payout.failure,
  fileId: payout.fileId,
  createdAt: new Date(payout.createdAtMs).toISOString(),
  updatedAt: new Date(payout.updatedAtMs).toISOString(),
})

const itemView = (item: SettlementItem): ItemView => ({
  itemId: item.itemId,
  type: item.type,
  paymentId: item.paymentId,
  eventId: item.eventId,
  gross: item.grossMinor,
  fee: item.feeMinor,
  vat: item.vatMinor,
  net: item.netMinor,
  soldOn: item.soldOn,
  dueOn: item.dueOn,
})

export const encoded = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')

const cursorOf = (day: string, id: string): string => encoded(`${day} ${id}`)

/** The parts of a cursor that this pattern names; undefined when it is not one of ours. */
export function partsOf(cursor: string, pattern: RegExp): string[] | undefined {
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  return encoded(text) === cursor ? pattern.exec(text)?.slice(1) : undefined
}

const DAY = String.raw`(\d{4}-\d{2}-\d{2})`
const ULID = '[0-9A-Z]{26}'
const BATCH_CURSOR = new RegExp(`^${DAY} (bat_${ULID})$`)
const ITEM_CURSOR = new RegExp(`^${DAY} (itm_${ULID})$`)
const PAYOUT_CURSOR = new RegExp(`^(out_${ULID})$`)

const isDay = (text: string): boolean => {
  const timeMs = Date.parse(text)
  return !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(text)
}

/** Each is undefined when the cursor is not one of ours. */
export function batchOfCursor(cursor: string): BatchQuery['before'] {
  const [day, batchId] = partsOf(cursor, BATCH_CURSOR) ?? []
  return day !== undefined && batchId !== undefined && isDay(day) ? { day, batchId } : undefined
}

export function itemOfCursor(cursor: string): ItemPosition | undefined {
  const [periodEnd, itemId] = partsOf(cursor, ITEM_CURSOR) ?? []
  return periodEnd !== undefined && itemId !== undefined && isDay(periodEnd) ? { periodEnd, itemId } : undefined
}

export const payoutOfCursor = (cursor: string): string | undefined => partsOf(cursor, PAYOUT_CURSOR)?.[0]
