/** Invariants of settlement: one item and one expectation an event, batches of their items, payouts of their batches, and the accounts. */
import { livePayoutStates } from '../contracts/lists.ts'
import type { Balances, DatabaseTotals } from './database-totals.ts'
import {
  type CheckResult,
  type DatabaseInvariant,
  failed,
  holds,
  type Judge,
  notYet,
  ok,
  pending,
  same,
} from './invariant.ts'
import type { OutboxRow } from './payment-history.ts'
import {
  type BatchHistory,
  type FileHistory,
  IN_TRANSIT,
  isBooked,
  movedOn,
  type PayoutHistory,
  type PayoutLine,
  type PayoutRow,
  payableOf,
  RECEIVABLE,
  type SettledEvent,
  settledEvents,
  signedAmount,
} from './settlement-history.ts'

/** Not there yet: an event that has not reached Kafka is judged by "outbox-published". */
const onItsWay = (judge: Judge, { eventId, publishedAtMs }: OutboxRow, problem: string): CheckResult =>
  publishedAtMs === null ? pending(eventId, problem) : notYet(judge, publishedAtMs, eventId, problem)

const itemResult = (settled: SettledEvent, isLeftOut: boolean, judge: Judge): CheckResult => {
  const { row, kind, items } = settled
  if (isLeftOut) return holds(items.length === 0, row.eventId, 'is from before settlement began, and has an item')
  if (items.length === 0) return onItsWay(judge, row, 'has no item')
  if (items.length > 1 || items[0]!.type !== kind)
    return failed(row.eventId, `has the items ${items.map(({ type }) => type)}, expected one of type ${kind}`)
  return same(items[0]!.itemId, 'its gross', items[0]!.gross, signedAmount(settled))
}

const itemPerEvent = {
  name: 'one-item-per-event',
  sentence:
    'Every captured and refunded event since settlement began has exactly one item, of what it moved; no item is without one.',
  *checkPayment(history, judge) {
    const events = settledEvents(history)
    for (const settled of events) yield itemResult(settled, history.isLeftOut, judge)
    const known = new Set(events.map(({ row }) => row.eventId))
    for (const { itemId, eventId } of history.items)
      yield holds(known.has(eventId), itemId, `an item without its event ${eventId}`)
  },
} as const satisfies DatabaseInvariant

const expectationResult = (settled: SettledEvent, isLeftOut: boolean, judge: Judge): CheckResult => {
  const { row, event, kind, expectations } = settled
  const found = expectations.map(each => `${each.kind} ${each.matchKey} ${each.amount} ${each.currency}`)
  if (isLeftOut) return holds(found.length === 0, row.eventId, 'is from before settlement began, and is expected')
  if (found.length === 0) return onItsWay(judge, row, 'is not expected of the acquirer')
  const wanted = `${kind} ${event.operationId} ${signedAmount(settled)} ${event.payment.currency}`
  return same(row.eventId, 'what is expected of the acquirer', found.join(), wanted)
}

const expectationPerEvent = {
  name: 'one-expectation-per-event',
  sentence:
    'Every captured and refunded event since settlement began is expected of the acquirer exactly once, by its operation and amount.',
  *checkPayment(history, judge) {
    for (const settled of settledEvents(history)) yield expectationResult(settled, history.isLeftOut, judge)
  },
} as const satisfies DatabaseInvariant

function* itemsInLedger(settled: SettledEvent, judge: Judge): Iterable<CheckResult> {
  for (const { itemId, merchantId, net } of settled.items) {
    const moved = -movedOn(payableOf(merchantId), settled.entries)
    if (moved !== net && !isBooked(settled)) yield onItsWay(judge, settled.row, 'its fee is not in the ledger')
    else yield same(itemId, 'its net', net, moved)
  }
}

const itemInLedger = {
  name: 'item-in-ledger',
  sentence: 'The net of an item is what the entries of its event moved on the account of its merchant.',
  *checkPayment(history, judge) {
    for (const settled of settledEvents(history)) yield* itemsInLedger(settled, judge)
  },
} as const satisfies DatabaseInvariant

const batchOfItems = {
  name: 'batch-of-items',
  sentence: 'A batch counts its items, and its net is the sum of theirs.',
  *checkBatch({ batch, items }) {
    yield same(batch.batchId, 'its count of items', batch.itemCount, items.count)
    yield same(batch.batchId, 'its net', batch.net, items.net)
  },
} as const satisfies DatabaseInvariant

const isSignRight: Record<string, (net: number) => boolean> = {
  OPEN: () => true,
  CLOSED: net => net > 0,
  HELD: net => net > 0,
  PAID: net => net > 0,
  CARRIED: net => net === 0,
}

const batchClosed = {
  name: 'batch-closed-once',
  sentence:
    'A batch that is not open any more was closed by one event, with something to pay, or carried at 0; it is paid when a payout of it is.',
  *checkBatch({ batch: { batchId, state, net }, events, payouts }) {
    yield same(batchId, 'whether it is paid', state === 'PAID', payouts.some(isPaid))
    const closed = events.filter(({ topic }) => topic === 'settlement.closed')
    yield same(batchId, 'the number of its closed events', closed.length, state === 'OPEN' ? 0 : 1)
    yield holds(isSignRight[state]?.(net) ?? false, batchId, `is ${state} with a net of ${net}`)
  },
} as const satisfies DatabaseInvariant

const carriedOver = {
  name: 'carried-over',
  sentence:
    'What a batch carries out, the next one of the same merchant and currency carries in, once and by the same event.',
  *checkBatch({ batch, items, carried }: BatchHistory) {
    const { batchId } = batch
    if (items.carryOutCount === 0) return yield same(batchId, 'the number of its carried items', carried.length, 0)
    const ins = carried.filter(({ type }) => type === 'carry_in')
    const place = (of: { merchantId: string; currency: string }) => `${of.merchantId} ${of.currency}`
    yield same(batchId, 'the number of its carried items', `${carried.length} with ${ins.length} in`, '2 with 1 in')
    for (const { net, batchId: into, ...item } of ins) {
      yield same(batchId, 'what it carries over', `${net} to ${place(item)}`, `${-items.carriedOut} to ${place(batch)}`)
      yield holds(into !== batchId, batchId, 'carries over to itself')
    }
  },
} as const satisfies DatabaseInvariant

const isPaid = ({ state }: PayoutRow): boolean => state === 'PAID' || state === 'RETURNED'

const isLive = ({ state }: PayoutRow): boolean => livePayoutStates.some(live => live === state)
const FALLEN = ['FAILED', 'CANCELED']
const UNDER_WAY = ['CREATED', 'APPROVED', 'SENT', 'CONFIRMED']

export const isUnpaid = ({ batch, payouts }: BatchHistory): boolean =>
  ['CLOSED', 'HELD'].includes(batch.state) && !payouts.some(isLive)

export const isUnderWay = ({ state }: PayoutHistory): boolean => UNDER_WAY.includes(state)

const payoutOfBatch = {
  name: 'payout-of-batch',
  sentence:
    'A payout is the net of its batch, to its merchant; a batch has at most one living payout, and none while it is open or carried.',
  *checkBatch({ batch, payouts }) {
    const live = payouts.filter(isLive)
    yield holds(live.length <= 1, batch.batchId, `has ${live.length} living payouts`)
    if (['OPEN', 'CARRIED'].includes(batch.state))
      yield same(batch.batchId, 'the number of its payouts', payouts.length, 0)
    const wanted = `${batch.net} ${batch.currency} to ${batch.merchantId}`
    for (const { payoutId, amount, currency, merchantId } of payouts)
      yield same(payoutId, 'it', `${amount} ${currency} to ${merchantId}`, wanted)
  },
} as const satisfies DatabaseInvariant

const payoutEntries = (payout: PayoutHistory): string[] => {
  const { merchantId, amount, currency, state } = payout
  const out = `payout ${payableOf(merchantId)} → ${IN_TRANSIT} ${amount} ${currency}`
  const back = `payout_failed ${IN_TRANSIT} → ${payableOf(merchantId)} ${amount} ${currency}`
  if (FALLEN.includes(state)) return [out, back]
  return [out, ...(isPaid(payout) ? payout.lines.flatMap(line => entryOfLine(payout, line)) : [])].sort()
}

/** What a line of the bank booked. A part of a payout that it does not say is with its break. */
function entryOfLine({ merchantId }: PayoutRow, { kind, amount, currency, account }: PayoutLine): string[] {
  if (kind === 'payout') return [`payout_paid ${IN_TRANSIT} → ${account} ${-amount} ${currency}`]
  return [`payout_returned ${account} → ${payableOf(merchantId)} ${amount} ${currency}`]
}

const payoutInLedger = {
  name: 'payout-in-ledger',
  sentence:
    'Every payout is in the ledger once, and once more the other way when it failed or was canceled; what a line of the bank paid of it or brought back is there as that line says.',
  *checkBatch({ payouts }) {
    for (const payout of payouts) {
      const found = payout.entries.map(
        ({ type, debitAccount, creditAccount, amount, currency }) =>
          `${type} ${debitAccount} → ${creditAccount} ${amount} ${currency}`,
      )
      yield same(payout.payoutId, 'its entries', found.sort().join('; '), payoutEntries(payout).join('; '))
      for (const { entryId, subjectId } of payout.entries)
        yield same(entryId, 'its subject', subjectId, payout.payoutId)
    }
  },
} as const satisfies DatabaseInvariant

const LINES_OF: Record<string, readonly string[]> = { PAID: ['payout'], RETURNED: ['payout', 'return'] }

function* paidResults(payout: PayoutHistory): Iterable<CheckResult> {
  const { payoutId, state, amount, lines } = payout
  const kinds = lines.map(({ kind }) => kind).sort()
  // One that was explained by a break has no line that paid it.
  const isExplained = isPaid(payout) && !kinds.includes('payout')
  const wanted = (LINES_OF[state] ?? []).filter(kind => !isExplained || kind !== 'payout')
  yield same(payoutId, `the lines of a payout that is ${state}`, kinds.join(), wanted.join())
  for (const line of lines)
    yield same(payoutId, `what the break of its ${line.kind} booked`, line.booked, differenceOf(line, amount))
}

/** What recon_suspense holds of it: less paid is owed still, more returned belongs to nobody. */
const differenceOf = (line: PayoutLine, amount: number): number =>
  line.kind === 'payout' ? -line.amount - amount : amount - line.amount

const payoutPaid = {
  name: 'payout-paid-by-line',
  sentence:
    'A payout is paid by one line of the bank, or explained by a break, and comes back by one; what such a line does not say of it, its break booked.',
  *checkBatch({ payouts }) {
    for (const payout of payouts) yield* paidResults(payout)
  },
} as const satisfies DatabaseInvariant

const itemReturned = {
  name: 'item-without-payment',
  sentence:
    'A payout that came back has one item of all that it was; no other item is without a payment but carried ones and those of reserves, invoices and breaks.',
  *checkBatch({ payouts }) {
    for (const { payoutId, state, amount, currency, merchantId, items } of payouts) {
      const found = items.map(item => `${item.type} ${item.net} ${item.currency} to ${item.merchantId}`)
      const wanted = `payout_returned ${amount} ${currency} to ${merchantId}`
      yield same(payoutId, 'its items', found.join(), state === 'RETURNED' ? wanted : '')
    }
  },
  *checkTotals({ settlement, recon }: DatabaseTotals) {
    const known = settlement.knownItemCount + recon.itemCount
    yield same('settlement_item', 'the number of items without a payment', settlement.itemCount, known)
  },
} as const satisfies DatabaseInvariant

const HANDED_IN = ['SENT', 'CONFIRMED', 'PAID', 'RETURNED', 'FAILED']

/** By the state of the file, the states that its payouts may have. One that the bank took and lost is SENT again. */
const statesInFile: Record<string, readonly string[]> = {
  PREPARED: ['CREATED'],
  APPROVED: ['APPROVED'],
  SENT: HANDED_IN,
  ACCEPTED: HANDED_IN,
  REJECTED: ['FAILED'],
  CANCELED: [],
}

const settlementPublished = {
  name: 'settlement-events-published',
  sentence: 'Every event of a batch or a payout is published, and those of each count from 1 without gaps.',
  *checkBatch({ events }, judge) {
    for (const [subjectId, own] of Map.groupBy(events, event => event.subjectId)) {
      const sequences = own.map(({ sequence }) => sequence).join()
      yield same(subjectId, 'the sequence of its events', sequences, own.map((_, index) => index + 1).join())
      for (const { eventId, publishedAtMs, createdAtMs } of own)
        yield publishedAtMs === null ? notYet(judge, createdAtMs, eventId, 'is not published') : ok
    }
  },
} as const satisfies DatabaseInvariant

const fileOfPayouts = {
  name: 'file-of-payouts',
  sentence: 'A payout file counts and adds up its payouts that were not canceled, and they are as far as it is.',
  *checkFile({ fileId, state, payoutCount, total, payouts }: FileHistory) {
    const left = payouts.filter(payout => payout.state !== 'CANCELED')
    const sum = (amounts: number[]) => amounts.reduce((one, other) => one + other, 0)
    const found = `${sum(left.map(({ count }) => count))} of ${sum(left.map(payout => payout.total))}`
    yield same(fileId, 'the payouts that it counts', `${payoutCount} of ${total}`, found)
    for (const payout of left)
      yield holds(
        statesInFile[state]?.includes(payout.state) ?? false,
        fileId,
        `is ${state} with payouts ${payout.state}`,
      )
  },
} as const satisfies DatabaseInvariant

/** What the accounts whose names begin so should hold, against what they hold; debit positive. */
export function* compared(held: Balances, wanted: Balances, prefix: string): Iterable<CheckResult> {
  const places = new Set([...held, ...wanted].map(({ account, currency }) => `${account} ${currency}`))
  for (const place of places) {
    const [account = '', currency = ''] = place.split(' ')
    if (account.startsWith(prefix))
      yield same(place, 'its balance (debits − credits)', held.of(account, currency), wanted.of(account, currency))
  }
}

const payable = {
  name: 'payable-is-items',
  sentence:
    'Every merchant is owed the items that are in no closed batch and the closed batches that no payout is under way for.',
  *checkTotals({ settlement }: DatabaseTotals) {
    yield* compared(settlement.held, settlement.wanted, 'merchant_payable:')
  },
} as const satisfies DatabaseInvariant

const inTransit = {
  name: 'in-transit-is-payouts',
  sentence:
    'Per currency, payout_in_transit holds the payouts that are made and neither paid, failed nor canceled; no entry is without a payment but theirs, and those of reserves, invoices, files and breaks.',
  *checkTotals({ settlement, recon }: DatabaseTotals) {
    yield* compared(settlement.held, settlement.wanted, IN_TRANSIT)
    const known = settlement.knownEntryCount + recon.entryCount
    yield same('ledger_entry', 'the number of entries without a payment', settlement.entryCount, known)
  },
} as const satisfies DatabaseInvariant

const receivableExpected = {
  name: 'receivable-is-expected',
  sentence: 'Per currency, acquirer_receivable holds what is expected of the acquirer and not settled.',
  *checkTotals({ settlement }: DatabaseTotals) {
    yield* compared(settlement.held, settlement.wanted, RECEIVABLE)
  },
} as const satisfies DatabaseInvariant

export const settlementInvariants = [
  itemPerEvent,
  expectationPerEvent,
  itemInLedger,
  batchOfItems,
  batchClosed,
  carriedOver,
  payoutOfBatch,
  payoutInLedger,
  payoutPaid,
  itemReturned,
  settlementPublished,
  fileOfPayouts,
  payable,
  inTransit,
  receivableExpected,
] as const
