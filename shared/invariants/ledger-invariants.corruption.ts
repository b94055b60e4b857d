/** Corruptions that make the invariants of the ledger fail. For tests only. */

import type { EntryType } from '../contracts/lists.ts'
import type { ChargeTerms } from './charges.ts'
import type { Balances } from './database-totals.ts'
import type { ledgerInvariants } from './ledger-invariants.ts'
import type { PaymentHistory } from './payment-history.ts'
import { addEntry, change, MERCHANT_OF, type PlantedFor, remove } from './planted.corruption.ts'

/** Moves a sum between an account and `cash`: the trial balance still holds. */
function misplace(balances: Balances, account: string, amountMinor: number): void {
  balances.add(account, 'KRW', amountMinor)
  balances.add('cash', 'KRW', -amountMinor)
}

/** Gives the merchant terms that the books know nothing of. */
function agree(history: PaymentHistory, terms: ChargeTerms): void {
  history.terms = [{ ...terms, validFromMs: 0 }]
}

/** Books an amount beside the entry at this place, under the same event. */
function book(
  history: PaymentHistory,
  place: number,
  type: EntryType,
  accounts: [string, string],
  amount: number,
): void {
  const [debitAccount, creditAccount] = accounts
  history.entries.push({
    ...history.entries[place]!,
    ...{ entryId: `led_${type}`, type, debitAccount, creditAccount, amount },
  })
}

const MERCHANT = 'merchant_payable:shop'
/** Places among the entries of the refunded payment. */
const [FEE, REFUND] = [1, 2]

export const ledgerCorruptions: PlantedFor<(typeof ledgerInvariants)[number]['name']> = {
  'captured-in-ledger': {
    samples: [
      {
        what: 'a capture entry of another amount',
        alsoBreaks: [
          'net-in-ledger',
          'one-capture-entry',
          'balance-receivable',
          'balance-merchants',
          'item-in-ledger',
          'payable-is-items',
          'receivable-is-expected',
        ],
        inPayment: history => {
          history.entries[0]!.amount = 9_999
        },
      },
      {
        what: 'capture and refund entries both lost: the net hides it, the sides do not',
        alsoBreaks: ['refunded-in-ledger', 'one-capture-entry', 'one-refund-entry', 'item-in-ledger'],
        inPayment: history => {
          history.entries = history.entries.filter(entry => entry.type === 'fee')
        },
      },
    ],
    system: [
      {
        what: 'a capture entry of another amount',
        payment: 'captured',
        sql: [change.entry('capture', 'amount = amount + 1')],
        alsoBreaks: [
          'balance-merchants',
          'balance-receivable',
          'item-in-ledger',
          'net-in-ledger',
          'one-capture-entry',
          'payable-is-items',
          'receivable-is-expected',
        ],
      },
    ],
  },
  'refunded-in-ledger': {
    samples: [
      {
        what: 'a refund entry of another amount',
        alsoBreaks: [
          'net-in-ledger',
          'one-refund-entry',
          'balance-receivable',
          'balance-merchants',
          'item-in-ledger',
          'payable-is-items',
          'receivable-is-expected',
        ],
        inPayment: history => {
          history.entries[2]!.amount = 9_999
        },
      },
    ],
    system: [
      {
        what: 'a refund entry of another amount',
        payment: 'refunded',
        sql: [change.entry('refund', 'amount = amount + 1')],
        alsoBreaks: [
          'balance-merchants',
          'balance-receivable',
          'item-in-ledger',
          'net-in-ledger',
          'one-refund-entry',
          'payable-is-items',
          'receivable-is-expected',
        ],
      },
    ],
  },
  'net-in-ledger': {
    samples: [
      {
        what: 'a capture entry of twice the amount',
        alsoBreaks: [
          'captured-in-ledger',
          'one-capture-entry',
          'balance-receivable',
          'balance-merchants',
          'item-in-ledger',
          'payable-is-items',
          'receivable-is-expected',
        ],
        inPayment: history => {
          history.entries[0]!.amount *= 2
        },
      },
    ],
    system: [
      {
        what: 'a capture entry of another amount under a refund',
        payment: 'refunded',
        sql: [change.entry('capture', 'amount = amount + 2')],
        alsoBreaks: [
          'balance-merchants',
          'balance-receivable',
          'captured-in-ledger',
          'item-in-ledger',
          'one-capture-entry',
          'payable-is-items',
          'receivable-is-expected',
        ],
      },
    ],
  },
  'one-capture-entry': {
    samples: [
      {
        what: 'a second capture entry of zero weight on the sums',
        row: 'evt_',
        inPayment: history => {
          const [capture] = history.entries
          capture!.amount = 4_000
          history.entries.push({ ...capture!, entryId: 'led_second', amount: 6_000 })
        },
      },
    ],
    system: [
      {
        what: 'a lost capture entry',
        payment: 'captured',
        sql: [remove.entry('capture')],
        alsoBreaks: [
          'balance-merchants',
          'balance-receivable',
          'captured-in-ledger',
          'item-in-ledger',
          'net-in-ledger',
          'payable-is-items',
          'receivable-is-expected',
        ],
        offender: /^evt_/,
      },
    ],
  },
  'one-fee-entry': {
    samples: [
      {
        what: 'a fee that the consumer never wrote',
        alsoBreaks: ['item-in-ledger'],
        row: 'evt_',
        inPayment: history => {
          history.entries = history.entries.filter(entry => entry.type !== 'fee')
        },
      },
      {
        what: 'a fee of another amount than its event says',
        alsoBreaks: ['balance-merchants', 'balance-fees', 'item-in-ledger', 'payable-is-items'],
        row: 'led_fee',
        inPayment: history => {
          history.entries[1]!.amount = 251
        },
      },
      {
        what: 'a fee where the event says 0',
        alsoBreaks: ['fee-of-the-whole', 'balance-merchants', 'balance-fees'],
        row: 'evt_',
        inPayment: history => {
          history.outbox[1]!.event!.feeAmount = 0
        },
      },
    ],
    system: [
      {
        what: 'a lost fee',
        alsoBreaks: ['item-in-ledger'],
        payment: 'captured',
        sql: [remove.entry('fee')],
        offender: /^evt_/,
      },
    ],
  },
  'one-fee-vat-entry': {
    samples: [
      {
        what: 'VAT that the terms say and nobody booked',
        row: 'evt_',
        inPayment: history => agree(history, { vatMode: 'exclusive', refundFee: 'keep' }),
      },
      {
        what: 'VAT of another amount than the terms say',
        alsoBreaks: ['balance-merchants', 'balance-vat', 'item-in-ledger', 'payable-is-items'],
        row: 'led_fee_vat',
        inPayment: history => {
          agree(history, { vatMode: 'exclusive', refundFee: 'keep' })
          book(history, FEE, 'fee_vat', [MERCHANT, 'vat_payable'], 24)
        },
      },
      {
        what: 'VAT where the terms say none',
        alsoBreaks: ['balance-fees', 'balance-vat'],
        row: 'evt_',
        inPayment: history => book(history, FEE, 'fee_vat', ['fee_revenue', 'vat_payable'], 23),
      },
    ],
    system: [
      {
        what: 'VAT where the terms say none',
        payment: 'captured',
        sql: [addEntry('fee', 'fee_vat', ["'fee_revenue'", "'vat_payable'"], 23)],
        alsoBreaks: ['balance-fees', 'balance-vat'],
        offender: /^evt_/,
      },
    ],
  },
  'one-refund-fee-entry': {
    samples: [
      {
        what: 'a fee that the terms return and nobody gave back',
        row: 'evt_',
        inPayment: history => agree(history, { vatMode: 'none', refundFee: 'return' }),
      },
      {
        what: 'a fee given back less one',
        alsoBreaks: ['balance-merchants', 'balance-fees', 'item-in-ledger', 'payable-is-items'],
        row: 'led_refund_fee',
        inPayment: history => {
          agree(history, { vatMode: 'none', refundFee: 'return' })
          book(history, REFUND, 'refund_fee', ['fee_revenue', MERCHANT], 249)
        },
      },
    ],
    system: [
      {
        what: 'a fee given back where the terms keep it',
        payment: 'refunded',
        sql: [addEntry('refund', 'refund_fee', ["'fee_revenue'", MERCHANT_OF.refund], 1)],
        alsoBreaks: ['balance-fees', 'balance-merchants', 'item-in-ledger', 'payable-is-items'],
        offender: /^evt_/,
      },
    ],
  },
  'one-refund-fee-vat-entry': {
    samples: [
      {
        what: 'VAT that was charged, and not given back with its fee',
        alsoBreaks: ['item-in-ledger', 'payable-is-items'],
        row: 'evt_',
        inPayment: history => {
          agree(history, { vatMode: 'exclusive', refundFee: 'return' })
          book(history, FEE, 'fee_vat', [MERCHANT, 'vat_payable'], 25)
          book(history, REFUND, 'refund_fee', ['fee_revenue', MERCHANT], 250)
        },
      },
      {
        what: 'VAT given back that was never charged',
        alsoBreaks: ['balance-merchants', 'balance-vat', 'item-in-ledger', 'payable-is-items'],
        row: 'evt_',
        inPayment: history => book(history, REFUND, 'refund_fee_vat', ['vat_payable', MERCHANT], 25),
      },
    ],
    system: [
      {
        what: 'VAT given back that was never charged',
        payment: 'refunded',
        sql: [addEntry('refund', 'refund_fee_vat', ["'vat_payable'", MERCHANT_OF.refund], 25)],
        alsoBreaks: ['balance-merchants', 'balance-vat', 'item-in-ledger', 'payable-is-items'],
        offender: /^evt_/,
      },
    ],
  },
  'one-refund-entry': {
    samples: [
      {
        what: 'a lost refund entry',
        alsoBreaks: [
          'refunded-in-ledger',
          'net-in-ledger',
          'balance-receivable',
          'balance-merchants',
          'item-in-ledger',
          'payable-is-items',
          'receivable-is-expected',
        ],
        row: 'evt_',
        inPayment: history => {
          history.entries.pop()
        },
      },
    ],
    system: [
      {
        what: 'a lost refund entry',
        payment: 'refunded',
        sql: [remove.entry('refund')],
        alsoBreaks: [
          'balance-merchants',
          'balance-receivable',
          'item-in-ledger',
          'net-in-ledger',
          'payable-is-items',
          'receivable-is-expected',
          'refunded-in-ledger',
        ],
        offender: /^evt_/,
      },
    ],
  },
  'fee-of-the-whole': {
    samples: [
      {
        what: 'another fee than what was agreed',
        inPayment: history => {
          history.payment!.feeBasisPoints = 251
        },
      },
    ],
    system: [
      {
        what: 'another fee than what was agreed',
        payment: 'captured',
        sql: [change.payment('fee_basis_points = fee_basis_points + 100')],
      },
    ],
  },
  'entries-have-events': {
    samples: [
      {
        what: 'an entry of an event that does not exist',
        alsoBreaks: ['balance-merchants', 'balance-fees', 'payable-is-items'],
        row: 'led_ghost',
        inPayment: history => {
          history.entries.push({ ...history.entries[1]!, entryId: 'led_ghost', eventId: 'evt_ghost' })
        },
      },
    ],
    system: [
      {
        what: 'an entry whose event does not exist',
        payment: 'captured',
        sql: [change.entry('fee', "event_id = CONCAT('evt_', REPEAT('0', 26))")],
        alsoBreaks: ['balance-fees', 'balance-merchants', 'item-in-ledger', 'one-fee-entry', 'payable-is-items'],
        offender: /^led_/,
      },
    ],
  },
  'entry-accounts': {
    samples: [
      {
        what: 'exclusive VAT taken from our own revenue',
        alsoBreaks: ['balance-merchants', 'balance-fees'],
        row: 'led_fee_vat',
        inPayment: history => {
          agree(history, { vatMode: 'exclusive', refundFee: 'keep' })
          book(history, FEE, 'fee_vat', ['fee_revenue', 'vat_payable'], 25)
        },
      },
      {
        what: 'a fee taken from another merchant',
        alsoBreaks: ['balance-merchants', 'item-in-ledger', 'payable-is-items'],
        row: 'led_fee',
        inPayment: history => {
          history.entries[1]!.debitAccount = 'merchant_payable:other-shop'
        },
      },
    ],
    system: [
      {
        what: 'a fee taken from another merchant',
        payment: 'captured',
        sql: [change.entry('fee', "debit_account = 'merchant_payable:somebody-else'")],
        alsoBreaks: ['balance-merchants', 'item-in-ledger', 'payable-is-items'],
        offender: /^led_/,
      },
    ],
  },
  'trial-balance': {
    samples: [
      {
        what: 'an entry on an account that does not exist',
        alsoBreaks: ['entry-accounts', 'balance-fees'],
        row: 'KRW',
        inPayment: history => {
          history.entries[1]!.creditAccount = 'fee_revenu'
        },
      },
    ],
    system: [
      {
        what: 'a credit to an account that does not exist',
        payment: 'captured',
        sql: [change.entry('fee', "credit_account = 'fee_revenu'")],
        alsoBreaks: ['entry-accounts', 'balance-fees'],
        offender: /^KRW$/,
      },
    ],
  },
  'balance-receivable': {
    samples: [
      {
        what: 'acquirer_receivable off by one, with no entry to blame',
        alsoBreaks: ['receivable-is-expected', 'cash-is-statements'],
        row: 'acquirer_receivable KRW',
        inTotals: ({ debits }) => misplace(debits, 'acquirer_receivable', -1),
      },
    ],
    system: [
      {
        what: 'an entry in another currency',
        payment: 'captured',
        sql: [change.entry('capture', "currency = 'USD'")],
        alsoBreaks: ['balance-merchants', 'one-merchant-one-currency', 'payable-is-items', 'receivable-is-expected'],
        offender: /^acquirer_receivable/,
      },
    ],
  },
  'balance-merchants': {
    samples: [
      {
        what: 'a merchant owed one too many',
        alsoBreaks: ['payable-is-items', 'cash-is-statements'],
        row: 'merchant_payable:shop KRW',
        inTotals: ({ credits }) => misplace(credits, 'merchant_payable:shop', 1),
      },
    ],
    system: [
      {
        what: 'a capture credited to another merchant',
        payment: 'captured',
        sql: [change.entry('capture', "credit_account = 'merchant_payable:somebody-else'")],
        alsoBreaks: ['entry-accounts', 'item-in-ledger', 'payable-is-items'],
        offender: /^merchant_payable:/,
      },
    ],
  },
  'balance-fees': {
    samples: [
      {
        what: 'fee revenue off by one',
        alsoBreaks: ['cash-is-statements'],
        row: 'fee_revenue KRW',
        inTotals: ({ credits }) => misplace(credits, 'fee_revenue', 1),
      },
    ],
    system: [
      {
        what: 'a fee of another amount',
        payment: 'captured',
        sql: [change.entry('fee', 'amount = amount + 1')],
        alsoBreaks: ['balance-merchants', 'item-in-ledger', 'one-fee-entry', 'payable-is-items'],
        offender: /^fee_revenue KRW$/,
      },
    ],
  },
  'balance-vat': {
    samples: [
      {
        what: 'VAT off by one',
        alsoBreaks: ['cash-is-statements'],
        row: 'vat_payable KRW',
        inTotals: ({ credits }) => misplace(credits, 'vat_payable', 1),
      },
    ],
    system: [
      {
        what: 'a fee credited as VAT',
        payment: 'captured',
        sql: [change.entry('fee', "credit_account = 'vat_payable'")],
        alsoBreaks: ['entry-accounts', 'balance-fees'],
        offender: /^vat_payable KRW$/,
      },
    ],
  },
}
