/** The journal as rows of CSV: its days, its cells, and the totals behind them. */
import { describe, expect, test } from '@jest/globals'
import { entryOf, FakeJournal } from '../../../shared/books/fake-books.ts'
import type { JournalEntry } from '../../../shared/books/ports.ts'
import { AccountTotals, journalEntries } from '../../../shared/books/read-journal.ts'
import type { Language } from '../../../shared/contracts/errors.ts'
import { journalRows, spanOf, totalLines } from './journal.ts'
import { journalHeads } from './journal-csv.ts'

async function rowsOf(entries: readonly JournalEntry[], language: Language = 'en', timezone = 'Asia/Seoul') {
  const journal = new FakeJournal()
  journal.entries.push(...entries)
  const totals = new AccountTotals()
  const found = journalEntries(journal, spanOf('2026-11-29', '2026-11-29', timezone))
  const rows: (readonly string[])[] = []
  for await (const row of journalRows(found, { timezone, language }, totals)) rows.push(row)
  return { rows, totals }
}

describe('the days', () => {
  test('are those of the time zone, the last one in', () => {
    expect(spanOf('2026-11-01', '2026-11-30', 'Asia/Seoul')).toEqual({
      fromMs: Date.parse('2026-10-31T15:00:00Z'),
      toMs: Date.parse('2026-11-30T15:00:00Z'),
    })
  })

  test('may have 23 and 25 hours', () => {
    const hoursOf = (day: string) => {
      const { fromMs, toMs } = spanOf(day, day, 'America/New_York')
      return (toMs - fromMs) / 3_600_000
    }
    expect(['2026-03-08', '2026-06-01', '2026-11-01'].map(hoursOf)).toEqual([23, 24, 25])
  })
})

describe('the rows', () => {
  const returned: Partial<JournalEntry> = {
    ...{ type: 'payout_failed', debitAccount: 'payout_in_transit', creditAccount: 'merchant_payable:=shop' },
    ...{ amountMinor: 1_999, currency: 'USD', paymentId: null, subjectId: 'out_1' },
  }

  test('are the heads, the entries, and what each account was debited and credited', async () => {
    const { rows } = await rowsOf([entryOf(1), entryOf(2, returned)])
    const rest = ['', '', '']

    expect(rows[0]).toEqual(journalHeads.en)
    expect(rows.slice(1, 3)).toEqual([
      [
        ...[entryOf(1).entryId, '2026-11-29', '09:00:00.000', '2026-11-29 09:00:01.000', 'capture'],
        ...[
          'acquirer_receivable',
          'merchant_payable:shop',
          '10000',
          'KRW',
          entryOf(1).paymentId,
          '',
          entryOf(1).eventId,
        ],
      ],
      [
        ...[entryOf(2).entryId, '2026-11-29', '09:00:00.000', '2026-11-29 09:00:01.000', 'payout_failed'],
        ...['payout_in_transit', 'merchant_payable:=shop', '19.99', 'USD', '', 'out_1', entryOf(2).eventId],
      ],
    ])
    expect(rows.slice(3)).toEqual([
      ['', '', '', '', 'total', 'acquirer_receivable', '', '10000', 'KRW', ...rest],
      ['', '', '', '', 'total', '', 'merchant_payable:shop', '10000', 'KRW', ...rest],
      ['', '', '', '', 'total', '', 'merchant_payable:=shop', '19.99', 'USD', ...rest],
      ['', '', '', '', 'total', 'payout_in_transit', '', '19.99', 'USD', ...rest],
      ['', '', '', '', 'total', 'all debits', '', '10000', 'KRW', ...rest],
      ['', '', '', '', 'total', '', 'all credits', '10000', 'KRW', ...rest],
      ['', '', '', '', 'total', 'all debits', '', '19.99', 'USD', ...rest],
      ['', '', '', '', 'total', '', 'all credits', '19.99', 'USD', ...rest],
    ])
    for (const row of rows) expect(row).toHaveLength(journalHeads.ko.length)
  })

  test('are in Korean', async () => {
    const { rows } = await rowsOf([entryOf(1)], 'ko')
    expect([rows[0]?.[5], rows.at(-1)?.[4], rows.at(-1)?.[6]]).toEqual(['차변 계정', '합계', '대변 합계'])
  })

  test('are in the time zone', async () => {
    const { rows } = await rowsOf([entryOf(1)], 'en', 'UTC')
    expect(rows[1]?.slice(1, 4)).toEqual(['2026-11-29', '00:00:00.000', '2026-11-29 00:00:01.000'])
  })

  test('of no entries are the heads alone', async () => {
    expect((await rowsOf([])).rows).toEqual([journalHeads.en])
  })
})

test('the terminal shows what the accounts were debited and credited', async () => {
  const { totals } = await rowsOf([entryOf(1)])
  expect(totalLines(totals)).toEqual([
    'account                currency  debits  credits  balance',
    'acquirer_receivable    KRW        10000        0    10000',
    'merchant_payable:shop  KRW            0    10000   -10000',
    'all accounts           KRW        10000    10000        0',
  ])
  expect(totalLines(new AccountTotals())).toEqual([])
})
