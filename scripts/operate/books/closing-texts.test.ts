/** What `npm run books -- close` and `months` print: what to do, in both languages. */
import { describe, expect, test } from '@jest/globals'
import type { WhyNotClosed } from '../../../shared/books/close-month.ts'
import { entryOf } from '../../../shared/books/fake-books.ts'
import { closedMonthOf } from '../../../shared/books/fake-months.ts'
import { AccountTotals } from '../../../shared/books/read-journal.ts'
import { closedLines, refusalLine } from './closing-texts.ts'
import { monthLines } from './months.ts'

const every: WhyNotClosed[] = [
  { reason: 'no_entries' },
  { reason: 'closed' },
  { reason: 'passed', firstMonth: '2026-09' },
  { reason: 'earlier_first', earlier: '2026-10' },
  { reason: 'not_over', fromMs: Date.parse('2026-12-01T15:00:00Z') },
  { reason: 'events_wait', named: ['evt_1', 'evt_2'] },
  { reason: 'events_unread', named: ['evt_3'] },
  { reason: 'files_wait', named: ['bank-2026-11-30.xml'] },
  { reason: 'too_soon', waitMs: 1_001 },
  ...(['no_pass', 'failed', 'too_old'] as const).map(found => ({ reason: 'not_checked' as const, found })),
]

describe('why a month is not closed', () => {
  test.each(every)('is said in both languages: %j', why => {
    const [en, ko] = [refusalLine('2026-11', why, 'en'), refusalLine('2026-11', why, 'ko')]
    expect(en).toMatch(/^2026-11 was not closed: [\x20-\x7e]+\.$/)
    expect(ko).toMatch(/^2026-11을 마감하지 않았습니다: .*[가-힣].*\.$/)
    for (const word of Object.values(why)
      .flat()
      .filter(value => /^(evt_|bank-|2026)/.test(String(value))))
      for (const line of [en, ko]) expect(line).toContain(word)
  })

  test('has the day in Seoul and whole seconds', () => {
    const not_over = refusalLine('2026-11', every[4]!, 'en')
    expect(not_over).toContain('from 2026-12-02 00:00 on (Asia/Seoul), a day after its end')
    expect(refusalLine('2026-11', every[8]!, 'ko')).toContain('2초 뒤에 다시 하세요')
  })
})

const SUSPENSE = { debitAccount: 'recon_suspense', creditAccount: 'cash_in_transit', type: 'short_paid' } as const

test('what was closed says which breaks are open, and what is on recon_suspense', () => {
  const totals = new AccountTotals()
  totals.add(entryOf(1, { ...SUSPENSE, amountMinor: 1_999, currency: 'USD' }))
  const closed = closedMonthOf({ entryCount: 1, openBreaks: 2 })

  expect(closedLines({ kind: 'closed', closed, totals }, 'en')).toEqual([
    '2026-11 is closed: 1 entries, recorded until 2026-12-02 00:59 (Asia/Seoul).',
    '2 breaks are open (npm run breaks).',
    'In the month recon_suspense moved by 19.99 USD.',
  ])
  expect(closedLines({ kind: 'closed', closed, totals }, 'ko')).toEqual([
    '2026-11을 마감했습니다. 분개 1건, 2026-12-02 00:59 (Asia/Seoul)까지 기록된 것입니다.',
    '열려 있는 불일치가 2건입니다(npm run breaks).',
    '이 달 recon_suspense의 증감: 19.99 USD.',
  ])
  const without = { kind: 'closed' as const, closed: closedMonthOf(), totals: new AccountTotals() }
  expect([closedLines(without, 'en'), closedLines(without, 'ko')].map(lines => lines.length)).toEqual([1, 1])
})

test('the months have a line a currency, also one without entries', () => {
  const totals = new AccountTotals()
  totals.add(entryOf(1))
  totals.add(entryOf(2, { ...SUSPENSE, amountMinor: 1_999, currency: 'USD' }))
  const all = [
    { closed: closedMonthOf({ month: '2026-10', entryCount: 0 }), figures: [] },
    { closed: closedMonthOf({ entryCount: 2, openBreaks: 1 }), figures: totals.list() },
  ]
  expect(monthLines(all)).toEqual([
    'month    currency  debits  recon_suspense  entries  open breaks  known until              closed by',
    '2026-10                                          0            0  2026-12-02 00:59:00.000  kim',
    '2026-11  KRW        10000               0        2            1  2026-12-02 00:59:00.000  kim',
    '2026-11  USD        19.99           19.99        2            1  2026-12-02 00:59:00.000  kim',
  ])
  expect(monthLines([])).toEqual(['No month is closed.'])
})
