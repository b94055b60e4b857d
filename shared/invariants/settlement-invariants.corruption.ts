/** Corruptions that make the invariants of settlement fail. For tests only. */
import { change, type PlantedFor, remove } from './planted.corruption.ts'
import { SAMPLE_PAYOUT } from './sample-recon.ts'
import type { SampleSettlement } from './sample-settlement.ts'
import type { settlementInvariants } from './settlement-invariants.ts'

const paid = ({ batches }: SampleSettlement) => batches.find(({ batch }) => batch.batchId === 'bat_paid')!
const carried = ({ batches }: SampleSettlement) => batches.find(({ batch }) => batch.batchId === 'bat_carried')!

export const settlementCorruptions: PlantedFor<(typeof settlementInvariants)[number]['name']> = {
  'one-item-per-event': {
    samples: [
      {
        what: 'a capture whose item is lost',
        alsoBreaks: ['batch-of-items', 'payable-is-items'],
        row: 'evt_',
        inPayment: history => {
          history.items.shift()
        },
      },
      {
        what: 'an item of another amount',
        row: 'itm_',
        inPayment: history => {
          history.items[0]!.gross += 1
        },
      },
      {
        what: 'an item of an event that does not exist',
        alsoBreaks: ['batch-of-items'],
        row: 'itm_ghost',
        inPayment: history => {
          history.items.push({ ...history.items[0]!, itemId: 'itm_ghost', eventId: 'evt_ghost' })
        },
      },
      {
        what: 'an item of a payment from before settlement began',
        alsoBreaks: ['one-expectation-per-event', 'payable-is-items'],
        row: 'evt_',
        inPayment: history => {
          history.isLeftOut = true
        },
      },
    ],
    system: [
      {
        what: 'a capture whose item is lost',
        payment: 'captured',
        sql: [remove.item()],
        alsoBreaks: ['batch-of-items', 'payable-is-items'],
        offender: /^evt_/,
      },
    ],
  },
  'one-expectation-per-event': {
    samples: [
      {
        what: 'a refund that is not expected',
        row: 'evt_',
        inPayment: history => {
          history.expectations.pop()
        },
      },
      {
        what: 'an expectation of another amount',
        alsoBreaks: ['receivable-is-expected'],
        row: 'evt_',
        inPayment: history => {
          history.expectations[0]!.amount -= 1
        },
      },
    ],
    system: [
      { what: 'a capture that is not expected', payment: 'captured', sql: [remove.expectation()], offender: /^evt_/ },
    ],
  },
  'item-in-ledger': {
    samples: [
      {
        what: 'an item that takes another fee than the ledger',
        alsoBreaks: ['batch-of-items'],
        row: 'itm_',
        inPayment: history => {
          history.items[0]!.net += 1
        },
      },
    ],
    system: [
      {
        what: 'an item that takes another fee than the ledger',
        payment: 'captured',
        sql: [change.item('fee = fee - 1, net = net + 1')],
        alsoBreaks: ['batch-of-items'],
        offender: /^itm_/,
      },
    ],
  },
  'batch-of-items': {
    samples: [
      {
        what: 'a batch that counts one item too many',
        row: 'bat_paid',
        inSettlement: settlement => {
          paid(settlement).batch.itemCount++
        },
      },
    ],
    system: [
      {
        what: 'a batch that counts one item too many',
        payment: 'captured',
        sql: [change.batch('item_count = item_count + 1')],
        offender: /^bat_/,
      },
    ],
  },
  'batch-closed-once': {
    samples: [
      {
        what: 'a batch that nothing says was closed',
        row: 'bat_paid',
        inSettlement: settlement => {
          paid(settlement).events.shift()
        },
      },
    ],
    system: [
      {
        what: 'a batch that is open again',
        payment: 'captured',
        sql: [change.batch("state = 'OPEN'")],
        alsoBreaks: ['payout-of-batch', 'payable-is-items'],
        offender: /^bat_/,
      },
    ],
  },
  'carried-over': {
    samples: [
      {
        what: 'a negative balance that is forgotten',
        alsoBreaks: ['payable-is-items'],
        row: 'bat_carried',
        inSettlement: settlement => {
          const [, carryIn] = carried(settlement).carried
          settlement.sums.openItems.add('merchant_payable:shop', 'KRW', -carryIn!.net)
          settlement.sums.itemCount--
          carried(settlement).carried.pop()
        },
      },
      {
        what: 'less carried in than out',
        row: 'bat_carried',
        inSettlement: settlement => {
          carried(settlement).carried[1]!.net += 1
        },
      },
    ],
    system: [
      {
        what: 'a negative balance that is carried to another merchant',
        payment: 'refunded',
        sql: ["UPDATE settlement_item SET merchant_id = 'somebody-else' WHERE type = 'carry_in' AND batch_id IS NULL"],
        alsoBreaks: ['payable-is-items'],
        offender: /^bat_/,
      },
    ],
  },
  'payout-of-batch': {
    samples: [
      {
        what: 'a batch that is paid twice',
        alsoBreaks: ['batch-closed-once', 'payout-in-ledger'],
        row: 'bat_paid',
        inSettlement: settlement => {
          paid(settlement).payouts[0]!.state = 'PAID'
        },
      },
      {
        what: 'a payout of more than its batch',
        alsoBreaks: ['payout-in-ledger', 'in-transit-is-payouts'],
        row: 'out_2',
        inSettlement: settlement => {
          paid(settlement).payouts[1]!.amount++
        },
      },
    ],
    system: [
      {
        what: 'a payout of more than its batch',
        payment: 'captured',
        sql: [change.payout('amount = amount + 1')],
        alsoBreaks: ['payout-in-ledger', 'in-transit-is-payouts', 'file-of-payouts'],
        offender: /^out_/,
      },
    ],
  },
  'payout-in-ledger': {
    samples: [
      {
        what: 'a payout that failed and was not booked back',
        alsoBreaks: ['payable-is-items', 'in-transit-is-payouts'],
        row: 'out_1',
        inSettlement: settlement => {
          paid(settlement).payouts[0]!.entries.pop()
          settlement.sums.entryCount--
          settlement.sums.moved.add('payout_in_transit', 'KRW', -9_750)
          settlement.sums.moved.add('merchant_payable:other-shop', 'KRW', 9_750)
        },
      },
    ],
    system: [
      {
        what: 'a payout from the account of another merchant',
        payment: 'captured',
        sql: [change.payoutEntry("debit_account = 'merchant_payable:somebody-else'")],
        alsoBreaks: ['payable-is-items'],
        offender: /^out_/,
      },
    ],
  },
  'payout-paid-by-line': {
    samples: [
      {
        what: 'a payout that came back by no line',
        alsoBreaks: ['line-allocated', 'payout-in-ledger'],
        row: SAMPLE_PAYOUT,
        inRecon: ({ rows }) => {
          rows.recon_allocation = rows.recon_allocation.filter(row => row.subject_kind !== 'return')
        },
      },
    ],
    system: [
      {
        what: 'a payout that came back by no line',
        tables: ['recon_allocation'],
        inTables: ["DELETE FROM recon_allocation WHERE subject_kind = 'return'"],
        alsoBreaks: ['line-allocated', 'payout-in-ledger'],
        offender: /^out_/,
      },
    ],
  },
  'item-without-payment': {
    samples: [
      {
        what: 'a payout that came back as an adjustment',
        row: SAMPLE_PAYOUT,
        inRecon: ({ rows }) => {
          rows.settlement_item.find(row => row.type === 'payout_returned')!.type = 'adjustment'
        },
      },
      {
        what: 'an item that follows from nothing',
        row: 'settlement_item',
        inSettlement: settlement => {
          settlement.sums.itemCount++
        },
      },
    ],
    system: [
      {
        what: 'a payout that came back as an adjustment',
        tables: ['settlement_item'],
        inTables: ["UPDATE settlement_item SET type = 'adjustment' WHERE type = 'payout_returned'"],
        offender: /^out_/,
      },
    ],
  },
  'settlement-events-published': {
    samples: [
      {
        what: 'an event of a payout that nobody publishes',
        row: 'evt_payout.sent_out_2',
        inSettlement: settlement => {
          paid(settlement).events[2]!.publishedAtMs = null
        },
      },
      {
        what: 'an event of a payout that is lost',
        row: 'out_2',
        inSettlement: settlement => {
          paid(settlement).events.splice(1, 1)
        },
      },
    ],
    system: [
      {
        what: 'an event of a payout that nobody publishes',
        payment: 'captured',
        sql: [change.payoutEvent('published_at = NULL')],
        offender: /^evt_/,
      },
    ],
  },
  'file-of-payouts': {
    samples: [
      {
        what: 'a file of more than its payouts',
        row: 'pof_2',
        inSettlement: settlement => {
          settlement.files[1]!.total++
        },
      },
      {
        what: 'a file that was sent, with a payout that waits for approval',
        row: 'pof_2',
        inSettlement: settlement => {
          settlement.files[1]!.payouts[0]!.state = 'CREATED'
        },
      },
    ],
    system: [
      {
        what: 'a file of more than its payouts',
        payment: 'captured',
        sql: [change.file('total = total + 1')],
        offender: /^pof_/,
      },
    ],
  },
  'payable-is-items': {
    samples: [
      {
        what: 'a merchant owed more than its items, with no entry to blame',
        row: 'merchant_payable:shop KRW',
        inSettlement: settlement => settlement.sums.openItems.add('merchant_payable:shop', 'KRW', 1),
      },
    ],
    system: [
      {
        what: 'a batch that is paid without a payout',
        payment: 'captured',
        sql: [change.payout("state = 'RETURNED'")],
        alsoBreaks: [
          ...(['in-transit-is-payouts', 'file-of-payouts', 'batch-closed-once'] as const),
          ...(['payout-paid-by-line', 'item-without-payment'] as const),
        ],
        offender: /^merchant_payable:/,
      },
    ],
  },
  'in-transit-is-payouts': {
    samples: [
      {
        what: 'an entry that is of no payment and of no payout',
        row: 'ledger_entry',
        inSettlement: settlement => {
          settlement.sums.entryCount++
        },
      },
    ],
    system: [
      {
        what: 'a payout that is paid, while its money is in transit',
        payment: 'captured',
        sql: [change.payout("state = 'PAID'")],
        alsoBreaks: ['file-of-payouts', 'batch-closed-once'],
        offender: /^payout_in_transit/,
      },
    ],
  },
  'receivable-is-expected': {
    samples: [
      {
        what: 'more expected of the acquirer than it owes',
        row: 'acquirer_receivable KRW',
        inSettlement: settlement => settlement.sums.expected.add('acquirer_receivable', 'KRW', 1),
      },
    ],
    system: [
      {
        what: 'an expectation that is settled, while the acquirer has not paid',
        payment: 'captured',
        sql: [change.expectation("state = 'SETTLED'")],
        alsoBreaks: ['expectation-settled-once', 'settled-charges-and-actions'],
        offender: /^acquirer_receivable/,
      },
    ],
  },
}
