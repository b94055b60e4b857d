/** Corruptions that make the invariants of reserves and invoices fail. For tests only. */
import type { PlantedFor } from './planted.corruption.ts'
import type { reserveInvariants } from './reserve-invariants.ts'
import type { SampleSettlement } from './sample-settlement.ts'

const hold = ({ reserves }: SampleSettlement) => reserves.holds[0]!
const invoice = ({ reserves }: SampleSettlement) => reserves.invoices[0]!

/** Nothing is held and nobody is invoiced in the system of that test: a row that nothing else knows is a corruption. */
const GHOST_HOLD = `INSERT INTO reserve_hold (hold_id, merchant_id, currency, batch_id, amount, is_open, period_end, reserve_days, calendar,
    timezone, event_count, held_at)
  VALUES ('hld_00000000000000000000000000', 'shop', 'KRW', 'bat_00000000000000000000000000', 5, 1, '2026-01-02', 5, 'KR', 'Asia/Seoul', %, '2026-01-02')`
const GHOST_INVOICE = `INSERT INTO merchant_invoice (invoice_id, merchant_id, currency, amount, remaining, state, negative_since, event_count,
    invoiced_at)
  VALUES ('inv_00000000000000000000000000', 'shop', 'KRW', 5, 5, 'OPEN', '2026-01-02', 0, '2026-01-02')`
const strayEntry = (debit: string, credit: string): string =>
  `INSERT INTO ledger_entry (entry_id, event_id, entry_type, debit_account, credit_account, amount, currency, occurred_at, recorded_at)
  VALUES ('led_00000000000000000000000000', 'evt_00000000000000000000000000', 'reserve_held', '${debit}', '${credit}', 5, 'KRW', '2026-01-02',
    '2026-01-02')`
const ghost = (events: number): string => GHOST_HOLD.replace('%', String(events))

export const reserveCorruptions: PlantedFor<(typeof reserveInvariants)[number]['name']> = {
  'reserve-in-ledger': {
    samples: [
      {
        what: 'a use that is not booked',
        alsoBreaks: ['payable-is-items', 'in-transit-is-payouts', 'reserve-is-held'],
        row: 'hld_1',
        inSettlement: settlement => {
          const [, use] = hold(settlement).entries
          hold(settlement).entries.pop()
          settlement.sums.entryCount -= 2
          settlement.sums.moved.add(use!.debitAccount, 'KRW', -150)
          settlement.sums.moved.add(use!.creditAccount, 'KRW', 150)
        },
      },
      {
        what: 'a batch that holds back less than it says',
        alsoBreaks: ['payable-is-items'],
        row: 'hld_1',
        inSettlement: settlement => {
          hold(settlement).items[0]!.net += 1
          settlement.sums.openItems.add('merchant_payable:reserve-shop', 'KRW', 1)
        },
      },
      {
        what: 'an item in another batch than the one that holds',
        row: 'itm_reserve_hold',
        inSettlement: settlement => {
          hold(settlement).items[0]!.batchId = 'bat_paid'
        },
      },
    ],
    system: [
      {
        what: 'a reserve that no batch held',
        tables: ['reserve_hold'],
        inTables: [ghost(0)],
        alsoBreaks: ['reserve-is-held'],
        offender: /^hld_/,
      },
    ],
  },
  'invoice-in-ledger': {
    samples: [
      {
        what: 'an invoice that was lost, and says that it was paid',
        row: 'inv_1',
        inSettlement: settlement => {
          invoice(settlement).state = 'PAID'
        },
      },
      {
        what: 'a deduction of another merchant',
        row: 'itm_deducted',
        inSettlement: settlement => {
          invoice(settlement).items[1]!.merchantId = 'shop'
        },
      },
      {
        what: 'an entry of another subject',
        row: 'led_deducted_inv_1',
        inSettlement: settlement => {
          invoice(settlement).entries[1]!.subjectId = 'hld_1'
        },
      },
    ],
    system: [
      {
        what: 'an invoice that nothing says was made',
        tables: ['merchant_invoice'],
        inTables: [GHOST_INVOICE],
        alsoBreaks: ['receivable-is-invoices'],
        offender: /^inv_/,
      },
    ],
  },
  'reserve-events-published': {
    samples: [
      {
        what: 'an event of a reserve that nobody publishes',
        row: 'evt_reserve_used_hld_1',
        inSettlement: settlement => {
          hold(settlement).events[1]!.publishedAtMs = null
        },
      },
      {
        what: 'an event of an invoice that is lost',
        row: 'inv_1',
        inSettlement: settlement => {
          invoice(settlement).events.splice(1, 1)
        },
      },
    ],
    system: [
      {
        what: 'a reserve that says it has an event',
        tables: ['reserve_hold'],
        inTables: [ghost(1)],
        alsoBreaks: ['reserve-in-ledger', 'reserve-is-held'],
        offender: /^hld_/,
      },
    ],
  },
  'reserve-is-held': {
    samples: [
      {
        what: 'a reserve that is released, and nothing is booked',
        alsoBreaks: ['reserve-in-ledger'],
        row: 'merchant_reserve:reserve-shop KRW',
        inSettlement: settlement => {
          Object.assign(hold(settlement), { released: 350, isOpen: false })
        },
      },
    ],
    system: [
      {
        what: 'an entry on the reserve that is of no batch',
        tables: ['ledger_entry'],
        inTables: [strayEntry('merchant_payable:shop', 'merchant_reserve:shop')],
        alsoBreaks: ['in-transit-is-payouts', 'payable-is-items'],
        offender: /^merchant_reserve:/,
      },
    ],
  },
  'receivable-is-invoices': {
    samples: [
      {
        what: 'more on the receivable than remains of the invoices',
        alsoBreaks: ['invoice-in-ledger'],
        row: 'merchant_receivable:reserve-shop KRW',
        inSettlement: settlement => {
          Object.assign(invoice(settlement), { remaining: 10, state: 'OPEN' })
        },
      },
      {
        what: 'a debt that is lost, and not booked as such',
        alsoBreaks: ['invoice-in-ledger'],
        row: 'bad_debt KRW',
        inSettlement: settlement => {
          invoice(settlement).lost -= 1
        },
      },
    ],
    system: [
      {
        what: 'an entry on the receivable that is of no invoice',
        tables: ['ledger_entry'],
        inTables: [strayEntry('merchant_receivable:shop', 'merchant_payable:shop')],
        alsoBreaks: ['in-transit-is-payouts', 'payable-is-items'],
        offender: /^merchant_receivable:/,
      },
    ],
  },
}
