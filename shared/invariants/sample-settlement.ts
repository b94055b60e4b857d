/** Batches, payouts and files of the sample payments: `paid-shop` is paid at its second attempt, and a refund is carried over. For tests only. */
import { Balances } from './database-totals.ts'
import type { ItemRow, PaymentHistory } from './payment-history.ts'
import { type SampleReserves, sampleReserves, withReserves } from './sample-reserves.ts'
import {
  type BatchHistory,
  type FileHistory,
  type PayoutHistory,
  payableOf,
  RECEIVABLE,
  type SettlementSums,
  type SubjectEvent,
} from './settlement-history.ts'

export interface SampleSettlement {
  batches: BatchHistory[]
  files: FileHistory[]
  reserves: SampleReserves
  sums: SettlementSums
}

const PAID_NET = 9_750

/** One payout with its entries: out, and back again when it failed. */
function payoutOf(attempt: number, merchantId: string, state: string): PayoutHistory {
  const payoutId = `out_${attempt}`
  const entryOf = (type: string, debitAccount: string, creditAccount: string) => ({
    entryId: `led_${type}_${payoutId}`,
    eventId: `evt_${type}_${payoutId}`,
    type,
    debitAccount,
    creditAccount,
    amount: PAID_NET,
    currency: 'KRW',
    subjectId: payoutId,
  })
  const out = entryOf('payout', payableOf(merchantId), 'payout_in_transit')
  const back = entryOf('payout_failed', 'payout_in_transit', payableOf(merchantId))
  const entries = state === 'FAILED' ? [out, back] : [out]
  return { payoutId, attempt, merchantId, amount: PAID_NET, currency: 'KRW', state, entries, lines: [], items: [] }
}

const eventOf = (subjectId: string, topic: string, sequence: number): SubjectEvent => ({
  eventId: `evt_${topic}_${subjectId}`,
  topic,
  subjectId,
  sequence,
  createdAtMs: 0,
  publishedAtMs: 1,
})

const batchOf = (batchId: string, merchantId: string, state: string, itemCount: number, net: number) => ({
  batchId,
  merchantId,
  currency: 'KRW',
  state,
  itemCount,
  net,
})

const sumOf = (items: readonly ItemRow[]): number => items.reduce((sum, { net }) => sum + net, 0)

/** Of payments whose healthy ones are those of `invariants.test.ts`, and without the expectations that are settled: the paid merchant's items, and those of a payment that was refunded. */
export function sampleSettlement(
  histories: readonly PaymentHistory[],
  settled: readonly string[] = [],
): SampleSettlement {
  const itemsOf = (isWanted: (history: PaymentHistory) => boolean) =>
    histories.filter(isWanted).flatMap(({ items }) => items)
  const isPaid = ({ payment, paymentId }: PaymentHistory) =>
    payment?.merchantId === 'other-shop' && paymentId.endsWith('5')
  const isCarried = ({ paymentId, payment }: PaymentHistory) =>
    payment?.status === 'REFUNDED' && paymentId.endsWith('03')
  const [paid, carried] = [itemsOf(isPaid), itemsOf(isCarried)]
  const batches: BatchHistory[] = []
  const files: FileHistory[] = []
  const carry = (type: string, net: number, batchId: string | null) => ({
    itemId: `itm_${type}`,
    merchantId: 'shop',
    currency: 'KRW',
    eventId: 'evt_closed_carried',
    type,
    gross: net,
    net,
    batchId,
  })
  if (paid.length > 0) {
    batches.push({
      batch: batchOf('bat_paid', 'other-shop', 'CLOSED', 1, PAID_NET),
      items: { count: paid.length, net: sumOf(paid), carriedOut: 0, carryOutCount: 0 },
      carried: [],
      payouts: [payoutOf(1, 'other-shop', 'FAILED'), payoutOf(2, 'other-shop', 'CONFIRMED')],
      events: [
        eventOf('bat_paid', 'settlement.closed', 1),
        eventOf('out_2', 'payout.created', 1),
        eventOf('out_2', 'payout.sent', 2),
      ],
    })
    for (const [index, state] of ['FAILED', 'CONFIRMED'].entries())
      files.push({
        fileId: `pof_${index + 1}`,
        state: 'ACCEPTED',
        payoutCount: 1,
        total: PAID_NET,
        payouts: [{ state, count: 1, total: PAID_NET }],
      })
  }
  if (carried.length > 0)
    batches.push({
      batch: batchOf('bat_carried', 'shop', 'CARRIED', 3, 0),
      items: { count: carried.length + 1, net: sumOf(carried) + 250, carriedOut: 250, carryOutCount: 1 },
      carried: [carry('carry_out', 250, 'bat_carried'), carry('carry_in', -250, null)],
      payouts: [],
      events: [eventOf('bat_carried', 'settlement.closed', 1)],
    })
  const reserves = sampleReserves()
  const sums = sumsOf(histories, batches, [...paid, ...carried], settled)
  return { batches, files, reserves, sums: withReserves(sums, reserves) }
}

function sumsOf(
  histories: readonly PaymentHistory[],
  batches: readonly BatchHistory[],
  inBatches: readonly ItemRow[],
  settled: readonly string[],
): SettlementSums {
  const [openItems, expected, moved] = [new Balances(), new Balances(), new Balances()]
  for (const item of histories.flatMap(({ items }) => items))
    if (!inBatches.includes(item)) openItems.add(payableOf(item.merchantId), item.currency, item.net)
  for (const { merchantId, currency, net, batchId } of batches.flatMap(({ carried }) => carried))
    if (batchId === null) openItems.add(payableOf(merchantId), currency, net)
  for (const { amount, currency, expectationId } of histories.flatMap(({ expectations }) => expectations))
    if (!settled.includes(expectationId)) expected.add(RECEIVABLE, currency, amount)
  const entries = batches.flatMap(({ payouts }) => payouts).flatMap(payout => payout.entries)
  for (const { debitAccount, creditAccount, currency, amount } of entries) {
    moved.add(debitAccount, currency, amount)
    moved.add(creditAccount, currency, -amount)
  }
  const itemCount = batches.flatMap(({ carried }) => carried).length
  const ofDisputes = { disputeItemCount: 0, disputeExpectationCount: 0 }
  return { openItems, expected, moved, entryCount: entries.length, itemCount, ...ofDisputes }
}
