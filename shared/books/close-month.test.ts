/** Closing a month: what is written down, what stands against it, and two at once. */
import { describe, expect, test } from '@jest/globals'
import { FakeDatabase } from '../payments/fake-store.ts'
import { FakeClock } from '../payments/fakes.ts'
import { FakeAudit } from '../settlement/fake-payouts.ts'
import { balancesOf, closeMonth } from './close-month.ts'
import { entryOf, FakeJournal } from './fake-books.ts'
import { closedMonthOf, FakeCheckedPayments, FakeClosedMonths, FakeClosingFacts, greenRun } from './fake-months.ts'
import type { JournalEntry } from './ports.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const by = { actor: 'kim', reason: 'approved by finance' }
/** November ends in Seoul. */
const END_MS = Date.parse('2026-11-30T15:00:00Z')
const NOW_MS = END_MS + DAY_MS

/** An entry of November was recorded; a pass has judged it since. */
function portsOf(entries: JournalEntry[] = [entryOf(1)], nowMs = NOW_MS) {
  const transactions = new FakeDatabase()
  const journal = new FakeJournal()
  journal.entries.push(...entries)
  const audit = new FakeAudit(transactions)
  const invariantRuns = new FakeCheckedPayments()
  invariantRuns.runs.push(greenRun(END_MS))
  return {
    ...{ transactions, journal, audit, invariantRuns, auditLog: audit },
    closedMonths: new FakeClosedMonths(transactions),
    closingFacts: new FakeClosingFacts(journal),
    clock: new FakeClock(nowMs),
  }
}

type FakePorts = ReturnType<typeof portsOf>

const close = (ports: FakePorts, month = '2026-11') => closeMonth(ports, month, by)

async function insertClosed(ports: FakePorts, ...months: Parameters<typeof closedMonthOf>[0][]) {
  for (const month of months)
    await ports.transactions.run('test', tx => ports.closedMonths.insert(tx, closedMonthOf(month), []))
}

/** Nothing was written. */
async function expectRefused(ports: FakePorts, why: object, month?: string) {
  const before = ports.transactions.snapshot()
  expect(await close(ports, month)).toEqual({ kind: 'refused', ...why })
  expect(ports.transactions.snapshot()).toEqual(before)
}

describe('what is written down', () => {
  test('is what each account was debited and credited, with the moment up to which entries were known', async () => {
    const payout = {
      type: 'payout',
      debitAccount: 'merchant_payable:shop',
      creditAccount: 'payout_in_transit',
    } as const
    const ports = portsOf([entryOf(1), entryOf(2), entryOf(3, { ...payout, amountMinor: 19_000 })])
    ports.closingFacts.openBreaks = 3

    expect(await close(ports)).toMatchObject({ kind: 'closed', totals: { entryCount: 3 } })
    const knownUntilMs = NOW_MS - MINUTE_MS
    expect(ports.closedMonths.table.rows()).toEqual([
      {
        closed: {
          ...{ month: '2026-11', knownUntilMs, entryCount: 3, openBreaks: 3 },
          ...{ closedBy: 'kim', reason: 'approved by finance', closedAtMs: NOW_MS },
        },
        figures: [
          { account: 'acquirer_receivable', currency: 'KRW', debitsMinor: 20_000n, creditsMinor: 0n },
          { account: 'merchant_payable:shop', currency: 'KRW', debitsMinor: 19_000n, creditsMinor: 20_000n },
          { account: 'payout_in_transit', currency: 'KRW', debitsMinor: 0n, creditsMinor: 19_000n },
        ],
      },
    ])
    expect(ports.audit.table.rows()).toEqual([
      {
        ...{ ...by, action: 'month.closed', subject: '2026-11' },
        details: { entries: 3, knownUntil: new Date(knownUntilMs).toISOString(), openBreaks: 3 },
      },
    ])
  })

  test('has the days of Seoul, to the millisecond', async () => {
    const recordedAtMs = END_MS - 2 * MINUTE_MS
    const [first, last] = [Date.parse('2026-10-31T15:00:00Z'), END_MS - 1].map(occurredAtMs => ({ occurredAtMs }))
    const next = { occurredAtMs: END_MS, recordedAtMs }
    const ports = portsOf([entryOf(1, { ...first, recordedAtMs }), entryOf(2, last), entryOf(3, next)])
    expect(await close(ports)).toMatchObject({ kind: 'closed', closed: { entryCount: 2 } })
  })

  test('has late entries of earlier months, from the moment on up to which those were known', async () => {
    const knownUntilMs = Date.parse('2026-11-05T00:00:00Z')
    const late = (number: number, recordedAtMs: number) =>
      entryOf(number, { occurredAtMs: Date.parse('2026-10-01T00:00:00Z'), recordedAtMs, amountMinor: number })
    const lastMinute = NOW_MS - MINUTE_MS
    const ports = portsOf([
      ...[late(1, knownUntilMs - 1), late(20, knownUntilMs), late(300, lastMinute - 1), late(4_000, lastMinute)],
      entryOf(50_000, { amountMinor: 50_000 }),
    ])
    await insertClosed(ports, { month: '2026-10', knownUntilMs })

    const closing = await close(ports)
    expect(closing).toMatchObject({ kind: 'closed', closed: { entryCount: 3 } })
    expect(balancesOf('acquirer_receivable', await ports.closedMonths.figures('2026-11'))).toEqual([
      { currency: 'KRW', balanceMinor: 50_320n },
    ])
  })

  test('may be nothing, in a month between others', async () => {
    const ports = portsOf([])
    await insertClosed(ports, { month: '2026-10', knownUntilMs: END_MS - 20 * DAY_MS })
    expect(await close(ports)).toMatchObject({ kind: 'closed', closed: { entryCount: 0 } })
  })
})

describe('the months', () => {
  test('are closed one after another, beginning with that of the first entry', async () => {
    const ports = portsOf([entryOf(1, { occurredAtMs: Date.parse('2026-10-05T00:00:00Z') }), entryOf(2)])
    await expectRefused(ports, { reason: 'earlier_first', earlier: '2026-10' })
    await expectRefused(ports, { reason: 'no_entries' }, '2026-09')
    expect(await close(ports, '2026-10')).toMatchObject({ kind: 'closed' })
    await expectRefused(ports, { reason: 'earlier_first', earlier: '2026-11' }, '2026-12')
    await expectRefused(ports, { reason: 'passed', firstMonth: '2026-10' }, '2026-09')
  })

  test('go on over the end of the year', async () => {
    const ports = portsOf([], Date.parse('2027-02-02T00:00:00Z'))
    ports.invariantRuns.runs.push(greenRun(ports.clock.nowMs()))
    await insertClosed(ports, { month: '2026-12' })
    expect(await close(ports, '2027-01')).toMatchObject({ kind: 'closed' })
  })

  test('are not closed before there is an entry', async () => {
    await expectRefused(portsOf([]), { reason: 'no_entries' })
  })

  test('are closed once', async () => {
    const ports = portsOf()
    await close(ports)
    await expectRefused(ports, { reason: 'closed' })
  })

  test('are closed by one of two at once, and the other is told', async () => {
    const ports = portsOf()
    const both = await Promise.all([close(ports), closeMonth(ports, '2026-11', { ...by, actor: 'lee' })])
    expect(both.map(each => (each.kind === 'refused' ? each.reason : each.closed.closedBy)).sort()).toEqual([
      'closed',
      'kim',
    ])
    expect(ports.audit.table.rows()).toHaveLength(1)
  })

  test('are as before when the audit log cannot be written', async () => {
    const ports = portsOf()
    ports.transactions.failNextCommit('before')
    await expect(close(ports)).rejects.toThrow('did not happen')
    expect([ports.closedMonths.table.rows(), ports.audit.table.rows()]).toEqual([[], []])
  })
})

describe('a month is not closed', () => {
  test('before it has been over for a day, by virtual time', async () => {
    const ports = portsOf([entryOf(1)], NOW_MS - 1)
    await expectRefused(ports, { reason: 'not_over', fromMs: NOW_MS })
    ports.clock.advanceVirtual(1)
    expect(await close(ports)).toMatchObject({ kind: 'closed' })
  })

  test('while an event of it, or of before, is in the outbox', async () => {
    const ports = portsOf()
    const event = (occurredAtMs: number) => ({ eventId: `evt_${occurredAtMs}`, occurredAtMs })
    ports.closingFacts.waitingEvents = [event(END_MS), event(END_MS - 1), event(0)]
    await expectRefused(ports, { reason: 'events_wait', named: [`evt_${END_MS - 1}`, 'evt_0'] })
    ports.closingFacts.waitingEvents = [event(END_MS)]
    expect(await close(ports)).toMatchObject({ kind: 'closed' })
  })

  test('while the outbox has so many that not all are looked at, or one that says no time', async () => {
    const ports = portsOf()
    const waiting = { eventId: 'evt_1', occurredAtMs: END_MS }
    ports.closingFacts.waitingEvents = Array.from({ length: 1_000 }, () => waiting)
    await expectRefused(ports, { reason: 'events_wait', named: Array.from({ length: 10 }, () => 'evt_1') })
    ports.closingFacts.waitingEvents = [{ eventId: 'evt_2', occurredAtMs: Number.NaN }]
    await expectRefused(ports, { reason: 'events_wait', named: ['evt_2'] })
  })

  test('while a consumer has not read an event of it', async () => {
    const ports = portsOf()
    ports.closingFacts.unread = [entryOf(1).eventId, 'evt_of_another_month']
    await expectRefused(ports, { reason: 'events_unread', named: [entryOf(1).eventId] })
  })

  test('while a file of its days is not matched, or one whose day is not known', async () => {
    const ports = portsOf()
    const file = (name: string, day: string | null) => ({ name, day })
    ports.closingFacts.waitingFiles = [file('last', '2026-11-30'), file('new', null), file('next', '2026-12-01')]
    await expectRefused(ports, { reason: 'files_wait', named: ['last', 'new'] })
    ports.closingFacts.waitingFiles = [file('next', '2026-12-01')]
    expect(await close(ports)).toMatchObject({ kind: 'closed' })
  })

  test('within a minute of its last entry, which may be on the sandbox clock', async () => {
    const recordedAtMs = Date.parse('2026-11-29T00:00:00Z')
    const ports = portsOf([entryOf(1, { recordedAtMs })], recordedAtMs + MINUTE_MS)
    ports.clock.advanceVirtual(3 * DAY_MS)
    ports.invariantRuns.runs.push(greenRun(recordedAtMs + MINUTE_MS))
    await expectRefused(ports, { reason: 'too_soon', waitMs: 1 })
    ports.clock.advance(1)
    expect(await close(ports)).toMatchObject({ kind: 'closed', closed: { entryCount: 1 } })
  })

  test('at the moment up to which the month before was known', async () => {
    const ports = portsOf()
    await insertClosed(ports, { month: '2026-10', knownUntilMs: NOW_MS - MINUTE_MS })
    await expectRefused(ports, { reason: 'too_soon', waitMs: 1 })
  })
})

describe('the invariants have to be green', () => {
  const refusedWith = async (runs: FakeCheckedPayments['runs'], found: string) => {
    const ports = portsOf()
    ports.invariantRuns.runs = runs
    await expectRefused(ports, { reason: 'not_checked', found })
  }
  const unfinished = { lastPaymentId: 'pay_1', pass: 2 }

  test('for all payments', async () => {
    await refusedWith([], 'no_pass')
    await refusedWith([greenRun(END_MS, unfinished)], 'no_pass')
  })

  test('in the last whole pass and in what came since', async () => {
    await refusedWith([greenRun(END_MS, { passFailed: 1 })], 'failed')
    await refusedWith([greenRun(END_MS), greenRun(END_MS, { ...unfinished, passFailed: 1 })], 'failed')
    await refusedWith([greenRun(END_MS), greenRun(END_MS, { ...unfinished, failed: 1 })], 'failed')
  })

  test('in a pass that began when the month was over', async () => {
    await refusedWith([greenRun(END_MS - 1), greenRun(END_MS, unfinished)], 'too_old')
  })

  test('in a pass that began when nothing of the last entry could be on its way', async () => {
    const recordedAtMs = END_MS + 10 * MINUTE_MS
    const ports = portsOf([entryOf(1, { recordedAtMs })])
    ports.invariantRuns.runs = [greenRun(recordedAtMs + MINUTE_MS - 1)]
    await expectRefused(ports, { reason: 'not_checked', found: 'too_old' })
    ports.invariantRuns.runs = [greenRun(recordedAtMs + MINUTE_MS)]
    expect(await close(ports)).toMatchObject({ kind: 'closed' })
  })
})
