/** The job that stores balances: where snapshots stand, and how it goes on. */
import { describe, expect, test } from '@jest/globals'
import { createFakePorts, FakeClock } from '../payments/fakes.ts'
import { FakeBalances } from './fake-balances.ts'
import { SNAPSHOT_ENTRIES, snapshotBalances } from './snapshot-balances.ts'

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)
const HOUR_MS = 60 * 60_000

function createPorts() {
  const balances = new FakeBalances()
  const clock = new FakeClock(NOW_MS)
  const { transactions } = createFakePorts()
  const ports = { balances, clock, transactions }
  /** A capture each millisecond, the last one at this time. */
  const book = (count: number, lastAtMs: number, merchantId = 'shop') => {
    for (let index = 0; index < count; index++)
      balances.entries.push({
        debitAccount: 'acquirer_receivable',
        creditAccount: `merchant_payable:${merchantId}`,
        currency: 'KRW',
        amountMinor: 1,
        recordedAtMs: lastAtMs - count + 1 + index,
      })
  }
  const run = () => snapshotBalances(ports, clock.nowMs() + 45_000)
  return { ports, balances, clock, book, run }
}

const textsOf = (balances: FakeBalances) =>
  balances.snapshots.map(
    ({ account, recordedBeforeMs, entryCount }) => `${account} ${NOW_MS - recordedBeforeMs} ${entryCount}`,
  )

describe('snapshotBalances', () => {
  test('a snapshot each so many entries, and none of the rest', async () => {
    const { balances, book, run } = createPorts()
    book(3 * SNAPSHOT_ENTRIES - 1, NOW_MS - HOUR_MS)

    expect(await run()).toBe(4)
    expect(textsOf(balances)).toEqual([
      `acquirer_receivable ${HOUR_MS + 498} 250`,
      `acquirer_receivable ${HOUR_MS + 248} 500`,
      `merchant_payable:shop ${HOUR_MS + 498} 250`,
      `merchant_payable:shop ${HOUR_MS + 248} 500`,
    ])
    expect(await run()).toBe(0)
  })

  // They commit out of order: a sum of the last minute could miss one.
  test('entries of the last minute are left to a later run', async () => {
    const { clock, book, run } = createPorts()
    book(SNAPSHOT_ENTRIES, NOW_MS - 60_000)

    expect(await run()).toBe(0)
    clock.advance(1)
    expect(await run()).toBe(2)
  })

  test('entries of one millisecond are never parted', async () => {
    const { balances, book, run } = createPorts()
    book(SNAPSHOT_ENTRIES - 1, NOW_MS - HOUR_MS)
    for (let index = 0; index < 50; index++) book(1, NOW_MS - HOUR_MS + 7)

    await run()
    expect(textsOf(balances)[0]).toBe(`acquirer_receivable ${HOUR_MS - 8} ${SNAPSHOT_ENTRIES + 49}`)
  })

  test('a run that is out of time is gone on with, page by page', async () => {
    const { ports, balances, clock, book } = createPorts()
    for (let index = 0; index < 600; index++) book(1, NOW_MS - HOUR_MS, String(index).padStart(3, '0'))
    book(SNAPSHOT_ENTRIES, NOW_MS - HOUR_MS, '599')
    const listed: string[] = []
    const listActivity = balances.listActivity.bind(balances)
    balances.listActivity = async (after, limit) => {
      listed.push(after?.account ?? '')
      // The second page comes too late.
      if (after !== undefined) clock.advance(45_000)
      return listActivity(after, limit)
    }

    await snapshotBalances(ports, clock.nowMs() + 45_000)
    expect(balances.pass.after).toEqual({ account: 'merchant_payable:498', currency: 'KRW' })
    expect(textsOf(balances).at(-1)).toMatch(/^acquirer_receivable /)
    balances.listActivity = listActivity
    await snapshotBalances(ports, clock.nowMs() + 45_000)
    expect(listed).toEqual(['', 'merchant_payable:498'])
    expect(textsOf(balances).at(-1)).toMatch(/^merchant_payable:599 /)
    expect(balances.pass.after).toBeUndefined()
  })

  test('only accounts with new entries are looked at again', async () => {
    const { balances, clock, book, run } = createPorts()
    book(10, NOW_MS - HOUR_MS, 'old')
    await run()
    clock.advance(HOUR_MS)
    book(10, clock.nowMs() - 100_000, 'new')
    const asked: string[] = []
    const newestSnapshots = balances.newestSnapshots.bind(balances)
    balances.newestSnapshots = async keys => {
      asked.push(...keys.map(({ account }) => account))
      return newestSnapshots(keys)
    }

    await run()
    expect(asked).toEqual(['acquirer_receivable', 'merchant_payable:new'])
  })

  test('two at once write each snapshot once', async () => {
    const { balances, book, run } = createPorts()
    book(3 * SNAPSHOT_ENTRIES, NOW_MS - HOUR_MS)

    await Promise.all([run(), run()])
    await run()
    expect(new Set(textsOf(balances)).size).toBe(balances.snapshots.length)
    expect(balances.snapshots).toHaveLength(6)
  })
})
