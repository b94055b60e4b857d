/** Which entries are of which month: each of one, whenever months were closed and entries recorded. */
import { describe, expect, test } from '@jest/globals'
import { randomFrom } from '../payments/fake-store.ts'
import { entryOf, FakeJournal } from './fake-books.ts'
import { closedMonthOf } from './fake-months.ts'
import { entriesOfMonth, monthAfter, monthAt, monthEntries } from './month-entries.ts'
import type { ClosedMonth, JournalEntry } from './ports.ts'

const DAY_MS = 24 * 60 * 60_000
const FIRST_MS = Date.parse('2025-11-30T15:00:00Z')
const MONTHS = ['2025-12', '2026-01', '2026-02', '2026-03', '2026-04']

async function idsOf(entries: JournalEntry[], closed: ClosedMonth[], month: string, nowMs: number, account?: string) {
  const journal = new FakeJournal()
  journal.entries.push(...entries)
  const found: string[] = []
  for await (const { entryId } of monthEntries(journal, entriesOfMonth(closed, month, nowMs), account))
    found.push(entryId)
  return found
}

test('a month follows another, and is that of the days of Seoul', () => {
  expect(['2026-11', '2026-12', '2028-02'].map(monthAfter)).toEqual(['2026-12', '2027-01', '2028-03'])
  expect([FIRST_MS - 1, FIRST_MS].map(monthAt)).toEqual(['2025-11', '2025-12'])
})

describe('with some months closed', () => {
  /** As the books say it: of the month of its day, or of the first that was not closed when it was recorded. */
  function wantedOf({ occurredAtMs, recordedAtMs }: JournalEntry, closed: ClosedMonth[]): string {
    const taken = closed.filter(({ knownUntilMs }) => knownUntilMs <= recordedAtMs).at(-1)
    const [own, open] = [monthAt(occurredAtMs), taken === undefined ? MONTHS[0]! : monthAfter(taken.month)]
    return own > open ? own : open
  }

  test.each([1, 2, 3, 4, 5])('each entry is of one month (seed %d)', async seed => {
    const random = randomFrom(seed)
    const dayIn = (from: number, days: number) => from + Math.floor(random() * days * DAY_MS)
    const closed = MONTHS.slice(0, 3).map((month, place) =>
      closedMonthOf({ month, knownUntilMs: dayIn(FIRST_MS + (place + 1) * 32 * DAY_MS, 20) }),
    )
    const entries = Array.from({ length: 300 }, (_, number) => {
      const occurredAtMs = dayIn(FIRST_MS, 150)
      const isLate = random() < 0.3
      // Some are recorded at the very moment up to which a month was known.
      const at = random() < 0.1 ? closed[Math.floor(random() * 3)]!.knownUntilMs : dayIn(occurredAtMs, isLate ? 60 : 1)
      return entryOf(number, { occurredAtMs, recordedAtMs: Math.max(occurredAtMs, at) })
    })

    const nowMs = FIRST_MS + 1_000 * DAY_MS
    const wanted = Map.groupBy(entries, entry => wantedOf(entry, closed))
    for (const month of MONTHS)
      expect([month, (await idsOf(entries, closed, month, nowMs)).sort()]).toEqual([
        month,
        (wanted.get(month) ?? []).map(({ entryId }) => entryId).sort(),
      ])
  })
})

test('an open month has what is known now, and late ones only when it is the next to be closed', async () => {
  const knownUntilMs = Date.parse('2026-01-03T00:00:00Z')
  const closed = [closedMonthOf({ month: '2025-12', knownUntilMs })]
  const late = entryOf(1, { occurredAtMs: FIRST_MS, recordedAtMs: knownUntilMs })
  const [january, february] = ['2026-01-10', '2026-02-10'].map((day, place) =>
    entryOf(place + 2, { occurredAtMs: Date.parse(day), recordedAtMs: Date.parse(day) }),
  )
  const entries = [late, january!, february!]
  const nowMs = february!.recordedAtMs + 1

  expect(await idsOf(entries, closed, '2026-01', nowMs)).toEqual([late.entryId, january!.entryId])
  expect(await idsOf(entries, closed, '2026-01', january!.recordedAtMs)).toEqual([late.entryId])
  expect(await idsOf(entries, closed, '2026-02', nowMs)).toEqual([february!.entryId])
  expect(await idsOf(entries, [], '2026-01', nowMs)).toEqual([january!.entryId])
})

test('the late ones come first, and one account alone may be wanted', async () => {
  const closed = [closedMonthOf({ month: '2025-12', knownUntilMs: FIRST_MS + 40 * DAY_MS })]
  const recordedAtMs = FIRST_MS + 41 * DAY_MS
  const own = entryOf(1, { occurredAtMs: FIRST_MS + 32 * DAY_MS, recordedAtMs })
  const late = entryOf(2, { occurredAtMs: FIRST_MS, recordedAtMs, creditAccount: 'fee_revenue' })
  const nowMs = recordedAtMs + 1

  expect(await idsOf([own, late], closed, '2026-01', nowMs)).toEqual([late.entryId, own.entryId])
  expect(await idsOf([own, late], closed, '2026-01', nowMs, 'merchant_payable')).toEqual([own.entryId])
})
