/** Invariants of disputes: what is disputed of a payment, the steps of each dispute, and what they wrote for merchant and acquirer. */
import type { DatabaseTotals } from './database-totals.ts'
import { DISPUTE_FEE, type DisputeHistory } from './dispute-history.ts'
import { type CheckResult, type DatabaseInvariant, holds, type Judge, notYet, ok, same } from './invariant.ts'
import { type PaymentHistory, sum } from './payment-history.ts'
import { payableOf, RECEIVABLE } from './settlement-history.ts'
import { compared } from './settlement-invariants.ts'

/** What it took is taken for good, or for as long as nobody knows. */
const TAKING = ['OPEN', 'LOST']

function* disputedResults({ paymentId, payment, disputes, isLeftOut }: PaymentHistory): Iterable<CheckResult> {
  if (payment === null) return
  const { disputedAmount: disputed, refundedAmount: refunded, capturedAmount: captured } = payment
  const taken = sum(disputes.filter(({ state }) => TAKING.includes(state)).map(({ amount }) => amount))
  yield same(paymentId, 'its disputed amount', disputed, taken)
  const isCovered = disputed === 0 || refunded + disputed <= captured
  yield holds(isCovered, paymentId, `refunded ${refunded} and disputed ${disputed} of ${captured}`)
  if (isLeftOut) yield same(paymentId, 'the number of its disputes, from before settlement began', disputes.length, 0)
}

const disputedAmount = {
  name: 'disputed-amount',
  sentence:
    'The disputed amount of a payment is that of its disputes that are open or lost, with what was refunded no more than was captured; a payment from before settlement began has none.',
  *checkPayment(history) {
    yield* disputedResults(history)
  },
} as const satisfies DatabaseInvariant

const disputeOfCapture = {
  name: 'dispute-of-capture',
  sentence: 'A dispute is of a capture that succeeded, and of its payment, merchant and currency.',
  *checkDispute({ disputeId, externalRef, paymentId, merchantId, currency, payment, operation, amount }) {
    const found = operation && `${operation.state} ${operation.kind} of ${operation.paymentId}`
    yield same(disputeId, `what ${externalRef} is`, found, `SUCCEEDED capture of ${paymentId}`)
    yield same(disputeId, 'its merchant', merchantId, payment?.merchantId)
    yield same(disputeId, 'its currency', currency, payment?.currency)
    yield holds(amount > 0, disputeId, `disputes ${amount}`)
  },
} as const satisfies DatabaseInvariant

const eventsByState: Record<string, readonly string[]> = {
  OPEN: ['dispute.opened'],
  WON: ['dispute.opened', 'dispute.won'],
  LOST: ['dispute.opened', 'dispute.lost'],
}

const disputeSteps = {
  name: 'dispute-steps',
  sentence:
    'A dispute was opened by one event and is won or lost by another, says when it was closed, and is in the audit log when somebody gave it up.',
  *checkDispute({ disputeId, state, isClosed, events, eventCount, givenUp }) {
    const topics = events.map(({ topic }) => topic)
    yield same(disputeId, `the events of one that is ${state}`, topics.join(), eventsByState[state]?.join())
    yield same(disputeId, 'its count of events', eventCount, events.length)
    yield same(disputeId, 'whether it is closed', isClosed, state !== 'OPEN')
    yield same(disputeId, 'how often it was given up by the audit log', givenUp, state === 'LOST' ? 1 : 0)
  },
} as const satisfies DatabaseInvariant

const disputePublished = {
  name: 'dispute-events-published',
  sentence: 'Every event of a dispute is published, and those of each count from 1 without gaps.',
  *checkDispute({ disputeId, events }: DisputeHistory, judge: Judge) {
    const sequences = events.map(({ sequence }) => sequence).join()
    yield same(disputeId, 'the sequence of its events', sequences, events.map((_, index) => index + 1).join())
    for (const { eventId, publishedAtMs, createdAtMs } of events)
      yield publishedAtMs === null ? notYet(judge, createdAtMs, eventId, 'is not published') : ok
  },
} as const satisfies DatabaseInvariant

/** What each of its rows says, in one order, with the event that it stands under. */
function listed<Row extends { eventId: string }>({ events }: DisputeHistory, rows: Row[], said: (row: Row) => string) {
  const topicOf = (row: Row) => events.find(({ eventId }) => eventId === row.eventId)?.topic
  return rows
    .map(row => `${topicOf(row)}: ${said(row)}`)
    .sort()
    .join('; ')
}

/** `opened` stands under the first event, `won` under the second of one that was won. */
const wantedOf = ({ state }: DisputeHistory, opened: readonly string[], won: string): string =>
  [...opened.map(each => `dispute.opened: ${each}`), ...(state === 'WON' ? [`dispute.won: ${won}`] : [])]
    .sort()
    .join('; ')

const disputeInLedger = {
  name: 'dispute-in-ledger',
  sentence:
    'A dispute took its amount and its fee from the merchant, each by one entry of its own, and gave the amount back when it was won.',
  *checkDispute(dispute) {
    const { disputeId, merchantId, currency, amount, fee } = dispute
    const found = listed(
      dispute,
      dispute.entries,
      each => `${each.type} ${each.debitAccount} → ${each.creditAccount} ${each.amount} ${each.currency}`,
    )
    const merchant = payableOf(merchantId)
    const taken = `chargeback ${merchant} → ${RECEIVABLE} ${amount} ${currency}`
    const charged = fee === 0 ? [] : [`dispute_fee ${merchant} → ${DISPUTE_FEE} ${fee} ${currency}`]
    const back = `chargeback_won ${RECEIVABLE} → ${merchant} ${amount} ${currency}`
    yield same(disputeId, 'its entries', found, wantedOf(dispute, [taken, ...charged], back))
    for (const { entryId, subjectId } of dispute.entries) yield same(entryId, 'its subject', subjectId, disputeId)
  },
} as const satisfies DatabaseInvariant

const itemOf = ({ paymentId, merchantId, currency }: DisputeHistory, type: string, net: number): string =>
  `${type} ${net}, gross ${net} ${currency} to ${merchantId} for ${paymentId}`

const disputeItems = {
  name: 'dispute-items',
  sentence:
    'The opening of a dispute has one item of what it took and one of its fee, a win has one of what came back; no other item is of their types.',
  *checkDispute(dispute: DisputeHistory) {
    const { disputeId, amount, fee } = dispute
    const found = listed(
      dispute,
      dispute.items,
      each =>
        `${each.type} ${each.net}, gross ${each.gross} ${each.currency} to ${each.merchantId} for ${each.paymentId}`,
    )
    const charged = fee === 0 ? [] : [itemOf(dispute, 'dispute_fee', -fee)]
    const opened = [itemOf(dispute, 'chargeback', -amount), ...charged]
    yield same(disputeId, 'its items', found, wantedOf(dispute, opened, itemOf(dispute, 'chargeback_won', amount)))
  },
  *checkTotals({ settlement }: DatabaseTotals) {
    const { disputeItemCount, knownDisputeItemCount } = settlement
    yield same('settlement_item', 'the number of items of disputes', disputeItemCount, knownDisputeItemCount)
  },
} as const satisfies DatabaseInvariant

const disputeExpected = {
  name: 'dispute-expected',
  sentence:
    'The opening of a dispute, and its win, are each expected of the acquirer once, by the capture and amount and the fee of its terms, and settled; nothing else is of their kinds.',
  *checkDispute(dispute: DisputeHistory) {
    const { disputeId, sourceId, externalRef, currency, amount, terms } = dispute
    const found = listed(
      dispute,
      dispute.expectations,
      each => `${each.kind} ${each.matchKey} ${each.sourceId} ${each.amount} ${each.currency} ${each.state}`,
    )
    const wanted = (kind: string, moved: number) => `${kind} ${externalRef} ${sourceId} ${moved} ${currency} SETTLED`
    const opened = [wanted('chargeback', -amount)]
    yield same(disputeId, 'what is expected for it', found, wantedOf(dispute, opened, wanted('chargeback_won', amount)))
    for (const { expectationId, kind, fee, vat } of dispute.expectations)
      yield same(
        expectationId,
        'its fee and VAT',
        `${fee} ${vat}`,
        `${kind === 'chargeback' ? terms.acquirerFee : 0} 0`,
      )
  },
  *checkTotals({ settlement }: DatabaseTotals) {
    const { disputeExpectationCount, knownDisputeExpectationCount } = settlement
    const what = 'the number of those of disputes'
    yield same('recon_expectation', what, disputeExpectationCount, knownDisputeExpectationCount)
  },
} as const satisfies DatabaseInvariant

const disputeFees = {
  name: 'dispute-fee-is-charged',
  sentence:
    'A dispute costs the merchant what the terms of its moment say, and per currency dispute_fee holds the fees of all disputes.',
  *checkDispute({ disputeId, fee, terms }: DisputeHistory) {
    if (terms.fee !== null) yield same(disputeId, 'its fee', fee, terms.fee)
  },
  *checkTotals({ settlement }: DatabaseTotals) {
    yield* compared(settlement.held, settlement.wanted, DISPUTE_FEE)
  },
} as const satisfies DatabaseInvariant

export const disputeInvariants = [
  disputedAmount,
  disputeOfCapture,
  disputeSteps,
  disputePublished,
  disputeInLedger,
  disputeItems,
  disputeExpected,
  disputeFees,
] as const
