/** The payouts of a small run agree with the bank's journal, and each lie about one is named. */
import { beforeEach, expect, test } from '@jest/globals'
import type { BankJournalEntry } from '../../../../shared/contracts/bank.ts'
import { type PayoutFact, type PayoutFacts, payoutProblems } from './payouts.ts'

let facts: PayoutFacts

const at = '2026-11-30T00:00:00.000Z'
const money = { amount: 5_000, currency: 'KRW' }

const asked = (endToEndId: string): BankJournalEntry => ({
  ...{ type: 'payout', sequence: 1, at, recordedAt: at, endToEndId, messageId: 'pof_1', ...money },
  ...{ debtorAccount: 'operating', account: 'acct_pay', creditor: 'shop', requestedOn: '2026-11-30', remittance: null },
})

const moved = (reference: string, kind: 'payout' | 'return', amount = kind === 'payout' ? -5_000 : 5_000) =>
  ({
    ...{ type: 'movement', sequence: 1, at, recordedAt: at, kind, reference, messageId: 'pof_1', account: 'operating' },
    ...{ amount, currency: 'KRW', bankReference: 'BK1', bookedOn: '2026-11-30', valueOn: '2026-11-30' },
    ...{ party: 'shop', partyAccount: 'acct_pay', remittance: null },
  }) satisfies BankJournalEntry

const payout = (payoutId: string, state: string, batchState = state === 'PAID' ? 'PAID' : 'CLOSED'): PayoutFact => ({
  ...{ payoutId, batchId: `bat_${payoutId}`, fileId: 'pof_1', ...money, state, batchState, batchNet: 5_000 },
})

/** One is paid, one has come back, one has failed at the bank, one was canceled before it was sent. */
beforeEach(() => {
  facts = {
    payouts: [
      ...[payout('paid', 'PAID'), payout('back', 'RETURNED', 'PAID')],
      ...[payout('failed', 'FAILED'), payout('canceled', 'CANCELED')],
    ],
    journal: [
      ...[asked('paid'), moved('paid', 'payout'), asked('failed')],
      ...[asked('back'), moved('back', 'payout'), moved('back', 'return')],
    ],
  }
})

test('a bank that did what the books say is believed', () => {
  expect(payoutProblems(facts)).toEqual([])
})

const change = (changes: Partial<PayoutFact>): void => void Object.assign(facts.payouts[0]!, changes)

test.each<[string, () => void, string]>([
  ['paid twice', () => facts.journal.push(moved('paid', 'payout')), 'paid: PAID here; at the bank taken 1, paid 2'],
  ['taken twice', () => facts.journal.push(asked('paid')), 'taken 2, paid 1'],
  ['paid though it failed', () => facts.journal.push(moved('failed', 'payout')), 'failed: FAILED here'],
  ['sent though it was canceled', () => facts.journal.push(asked('canceled')), 'canceled: CANCELED here'],
  ['not ours', () => facts.journal.push(asked('other')), 'other: the bank has it'],
  ['never paid', () => facts.journal.splice(1, 1), 'paid: PAID here; at the bank taken 1, paid 0'],
  ['still on its way', () => change({ state: 'SENT' }), 'paid: SENT here'],
  ['of another amount', () => change({ amount: 4_000 }), '4000 KRW here, -5000 KRW at the bank'],
  [
    'of a batch that has two',
    () => facts.payouts.push({ ...payout('new', 'CREATED'), batchId: 'bat_paid' }),
    'bat_paid: 2',
  ],
  ['of a batch that is not paid', () => change({ batchState: 'CLOSED' }), 'bat_paid: it is CLOSED'],
])('one that is %s is named', (_, lie, problem) => {
  lie()
  expect(payoutProblems(facts)).toEqual(expect.arrayContaining([expect.stringContaining(problem)]))
})
