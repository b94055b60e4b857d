/** The journal page by page, of one account or of all, and what it adds up to. */
import { expect, test } from '@jest/globals'
import { entryOf, FakeJournal } from './fake-books.ts'
import type { JournalEntry } from './ports.ts'
import { AccountTotals, journalEntries } from './read-journal.ts'

const span = { fromMs: Date.UTC(2026, 10, 29), toMs: Date.UTC(2026, 10, 30) }

async function read(entries: readonly JournalEntry[], account?: string): Promise<string[]> {
  const journal = new FakeJournal()
  journal.entries.push(...entries)
  const found: string[] = []
  for await (const { entryId } of journalEntries(journal, span, account, 3)) found.push(entryId)
  return found
}

test.each([0, 2, 3, 4, 6, 7])('%d entries come once each, in order, also those of one millisecond', async count => {
  const entries = Array.from({ length: count }, (_, number) => entryOf(number))
  expect(await read(entries.toReversed())).toEqual(entries.map(({ entryId }) => entryId))
})

test('what happened before and after is left out', async () => {
  const at = [span.fromMs - 1, span.fromMs, span.toMs - 1, span.toMs]
  expect(await read(at.map((occurredAtMs, number) => entryOf(number, { occurredAtMs })))).toEqual([
    entryOf(1).entryId,
    entryOf(2).entryId,
  ])
})

test.each([
  ['merchant_payable:shop', [0, 2]],
  ['merchant_payable', [0, 1, 2]],
  ['fee_revenue', [2]],
  ['fee', []],
  ['merchant_payable:sho', []],
])('of %s are those that it is on either side of', async (account, numbers) => {
  const fee = { type: 'fee', debitAccount: 'merchant_payable:shop', creditAccount: 'fee_revenue' } as const
  const entries = [entryOf(0), entryOf(1, { creditAccount: 'merchant_payable:other' }), entryOf(2, fee)]
  expect(await read(entries, account)).toEqual(numbers.map(number => entryOf(number).entryId))
})

test('the totals are by currency and account, and debits are credits', () => {
  const totals = new AccountTotals()
  totals.add(entryOf(1))
  totals.add(entryOf(2, { debitAccount: 'merchant_payable:shop', creditAccount: 'fee_revenue', amountMinor: 250 }))
  totals.add(entryOf(3, { currency: 'USD', amountMinor: 5 }))

  expect(totals.list()).toEqual([
    { account: 'acquirer_receivable', currency: 'KRW', debitsMinor: 10_000n, creditsMinor: 0n },
    { account: 'fee_revenue', currency: 'KRW', debitsMinor: 0n, creditsMinor: 250n },
    { account: 'merchant_payable:shop', currency: 'KRW', debitsMinor: 250n, creditsMinor: 10_000n },
    { account: 'acquirer_receivable', currency: 'USD', debitsMinor: 5n, creditsMinor: 0n },
    { account: 'merchant_payable:shop', currency: 'USD', debitsMinor: 0n, creditsMinor: 5n },
  ])
  expect(totals.sums()).toEqual([
    { account: '', currency: 'KRW', debitsMinor: 10_250n, creditsMinor: 10_250n },
    { account: '', currency: 'USD', debitsMinor: 5n, creditsMinor: 5n },
  ])
  expect(totals.entryCount).toBe(3)
})
