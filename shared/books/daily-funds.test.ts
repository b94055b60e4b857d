/** What has to be kept apart at the end of each day: which days, how much, and by which statement. */
import { describe, expect, test } from '@jest/globals'
import { FakeDatabase } from '../payments/fake-store.ts'
import { FakeClock } from '../payments/fakes.ts'
import { BOOKED_WITHIN_MS, dailyFunds, requiredFunds } from './daily-funds.ts'
import { dayOfFunds, FakeFundsBooks, FakeFundsDays } from './fake-books.ts'

const NO_END = Number.POSITIVE_INFINITY
const DAY_MS = 24 * 60 * 60_000
/** Monday 2026-11-30 begins in Seoul. */
const MIDNIGHT_MS = Date.parse('2026-11-29T15:00:00Z')

const owed = (payableMinor: bigint, closedMinor = 0n, merchantId = 'shop', currency = 'KRW') => ({
  ...{ merchantId, currency, payableMinor, closedMinor },
})

const only = (...all: ReturnType<typeof owed>[]) => ({ owed: all, reserved: [], inTransit: [] })

function portsOf(nowMs = MIDNIGHT_MS + BOOKED_WITHIN_MS) {
  const ports = {
    transactions: new FakeDatabase(),
    fundsBooks: new FakeFundsBooks(),
    fundsDays: new FakeFundsDays(),
    clock: new FakeClock(nowMs),
  }
  ports.fundsBooks.owed = [owed(10_000n)]
  return ports
}

describe('the days', () => {
  test('begin with yesterday, when everything of it is booked', async () => {
    const ports = portsOf(MIDNIGHT_MS + BOOKED_WITHIN_MS - 1)
    await dailyFunds(ports, NO_END)
    expect(ports.fundsDays.rows.map(({ day }) => day)).toEqual(['2026-11-28'])
    ports.clock.advance(1)
    expect(await dailyFunds(ports, NO_END)).toEqual({ calculated: 1, corrected: 0 })
    expect(await dailyFunds(ports, NO_END)).toEqual({ calculated: 0, corrected: 0 })

    expect(ports.fundsDays.rows.at(-1)).toEqual(dayOfFunds('2026-11-29', { calculatedAtMs: ports.clock.nowMs() }))
    expect(ports.fundsBooks.readAtMs).toEqual([MIDNIGHT_MS - DAY_MS, MIDNIGHT_MS])
  })

  test('that were missed are made up for in order, as far as the time goes', async () => {
    const ports = portsOf()
    await dailyFunds(ports, NO_END)
    ports.clock.advanceVirtual(3 * DAY_MS)
    expect(await dailyFunds(ports, ports.clock.nowMs())).toMatchObject({ calculated: 0 })
    expect(await dailyFunds(ports, NO_END)).toMatchObject({ calculated: 3 })
    expect(ports.fundsDays.rows.map(({ day }) => day)).toEqual(['2026-11-29', '2026-11-30', '2026-12-01', '2026-12-02'])
  })

  test('of a system without merchants are not there', async () => {
    const ports = portsOf()
    ports.fundsBooks.owed = []
    expect(await dailyFunds(ports, NO_END)).toEqual({ calculated: 0, corrected: 0 })
    expect(ports.fundsDays.rows).toEqual([])
  })

  test('that another run has written stay as they are', async () => {
    const ports = portsOf()
    ports.fundsDays.lastDay = async () => undefined
    ports.fundsDays.rows = [dayOfFunds('2026-11-29', { requiredMinor: 1n })]
    expect(await dailyFunds(ports, NO_END)).toMatchObject({ calculated: 0 })
    expect(ports.fundsDays.rows).toEqual([dayOfFunds('2026-11-29', { requiredMinor: 1n })])
  })
})

describe('what is required', () => {
  test('is what merchants are owed, what is reserved, and what is on its way to them, by currency', () => {
    const krw = (amountMinor: bigint) => ({ currency: 'KRW', amountMinor })
    const all = [owed(10_000n), owed(5n, 0n, 'shop', 'USD'), owed(300n, 100n, 'other')]
    expect([...requiredFunds({ owed: all, reserved: [krw(30n)], inTransit: [krw(4_000n)] })]).toEqual([
      ['KRW', 14_330n],
      ['USD', 5n],
    ])
  })

  test('is not less because another merchant owes', () => {
    expect(requiredFunds(only(owed(10_000n), owed(-4_000n, 0n, 'other'))).get('KRW')).toBe(10_000n)
  })

  test('has a closed batch whole, also of a merchant whose later refunds are more', () => {
    // The batch pays 3,000; the merchant owes 5,000 of what came after it.
    expect(requiredFunds(only(owed(-2_000n, 3_000n))).get('KRW')).toBe(3_000n)
  })
})

describe('what is safeguarded', () => {
  const statement = (day: string, amountMinor: bigint) => ({ day, balances: [{ currency: 'KRW', amountMinor }] })

  test('is the closing balance of the newest statement up to the day', async () => {
    const ports = portsOf()
    ports.fundsBooks.statements.push(statement('2026-11-29', 7_000n), statement('2026-11-30', 9_000n))
    await dailyFunds(ports, NO_END)
    expect(ports.fundsDays.rows).toMatchObject([{ safeguardedMinor: 7_000n, statementDay: '2026-11-29' }])
  })

  test('is corrected when the statement of the day comes', async () => {
    const ports = portsOf()
    ports.fundsBooks.statements.push(statement('2026-11-27', 7_000n))
    await dailyFunds(ports, NO_END)
    expect(ports.fundsDays.rows).toMatchObject([{ safeguardedMinor: 7_000n, statementDay: '2026-11-27' }])

    ports.fundsBooks.statements.push(statement('2026-11-29', 9_000n))
    expect(await dailyFunds(ports, NO_END)).toEqual({ calculated: 0, corrected: 1 })
    expect(ports.fundsDays.rows).toMatchObject([{ safeguardedMinor: 9_000n, statementDay: '2026-11-29' }])
    expect(await dailyFunds(ports, NO_END)).toEqual({ calculated: 0, corrected: 0 })
  })

  test('of a currency that merchants are not owed is there, too', async () => {
    const ports = portsOf()
    ports.fundsBooks.statements.push({ day: '2026-11-29', balances: [{ currency: 'USD', amountMinor: 3n }] })
    await dailyFunds(ports, NO_END)
    expect(ports.fundsDays.rows).toMatchObject([
      { currency: 'KRW', requiredMinor: 10_000n, safeguardedMinor: 0n, statementDay: '2026-11-29' },
      { currency: 'USD', requiredMinor: 0n, safeguardedMinor: 3n },
    ])
  })
})
