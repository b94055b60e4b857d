/** What batches hold back, use and release: of which sum, when, and that crashes and rivals change nothing. */
import { describe, expect, test } from '@jest/globals'
import { reserveEvent } from '../contracts/settlement-events.ts'
import { periodEndOf, soldOn } from '../domain/business-days.ts'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { closeBatches } from './close-batches.ts'
import { createPayoutPorts, type FakePayoutPorts, fakeTerms, PAYOUTS_NOW_MS } from './fake-payouts.ts'

const DAY_MS = 24 * 60 * 60_000
const NO_END = Number.POSITIVE_INFINITY
const SHOP = { merchantId: 'shop', currency: 'KRW' }

/** A tenth is held for five business days. */
function portsWith(given: Partial<DatedTerms> = {}, db = new FakeDatabase()): FakePayoutPorts {
  const ports = createPayoutPorts(db)
  ports.terms.rows.push({
    ...{ ...fakeTerms, ...SHOP, validFromMs: 0, reserveBasisPoints: 1_000, reserveDays: 5 },
    ...given,
  })
  return ports
}

async function sell(ports: FakePayoutPorts, netMinor: number, merchantId = 'shop') {
  const day = soldOn(ports.clock.virtualNowMs(), fakeTerms)
  const item = {
    ...{ itemId: ports.ids.item(), merchantId, currency: 'KRW', paymentId: 'pay', eventId: ports.ids.event() },
    ...{ type: netMinor < 0 ? ('refund' as const) : ('capture' as const), grossMinor: netMinor },
    ...{ feeMinor: 0, vatMinor: 0, netMinor, soldOn: day, periodEnd: periodEndOf(day, 'D') },
    ...{ dueOn: null, calendarVersion: 1 },
  }
  await ports.transactions.run('items', tx => ports.items.insert(tx, [item]))
}

const close = (ports: FakePayoutPorts, chunkItems?: number) => closeBatches(ports, NO_END, chunkItems)

async function sellAndClose(ports: FakePayoutPorts, netMinor: number) {
  await sell(ports, netMinor)
  ports.clock.advanceVirtual(DAY_MS)
  return close(ports)
}

const batchesOf = (ports: FakePayoutPorts) =>
  ports.batches.table.rows().map(({ periodEnd, state, netMinor }) => `${periodEnd} ${state} ${netMinor}`)
const holdsOf = (ports: FakePayoutPorts) =>
  ports.reserves.table
    .rows()
    .map(({ amountMinor, releasedMinor, usedMinor, releaseOn }) =>
      [amountMinor, releasedMinor, usedMinor, releaseOn].join(' '),
    )
const itemsOf = (ports: FakePayoutPorts, type: string) =>
  ports.items.table.rows().flatMap(item => (item.type.startsWith(type) ? [`${item.type} ${item.netMinor}`] : []))
const heldOn = (ports: FakePayoutPorts, account: string) =>
  ports.settlementLedger.table.rows().reduce((sum, { debitAccount, creditAccount, amountMinor }) => {
    return sum + (creditAccount === account ? amountMinor : 0) - (debitAccount === account ? amountMinor : 0)
  }, 0)
const told = (ports: FakePayoutPorts) =>
  ports.outbox.table
    .rows()
    .filter(({ topic }) => topic.startsWith('reserve.'))
    .map(({ payload }) => reserveEvent.parse(JSON.parse(payload)))

describe('a batch that is paid', () => {
  test('holds back its part, and is paid the rest', async () => {
    const ports = portsWith()
    expect(await sellAndClose(ports, 10_000)).toMatchObject({ closed: 1, carried: 0 })

    expect(batchesOf(ports)).toEqual(['2026-01-02 CLOSED 9000'])
    expect(holdsOf(ports)).toEqual(['1000 0 0 2026-01-09'])
    expect(itemsOf(ports, 'reserve')).toEqual(['reserve_hold -1000'])
    expect(heldOn(ports, 'merchant_reserve:shop')).toBe(1_000)
    expect(heldOn(ports, 'merchant_payable:shop')).toBe(-1_000)
    const { holdId, batchId } = ports.reserves.table.rows()[0]!
    expect(ports.settlementLedger.table.rows()[0]!.subjectId).toBe(holdId)
    expect(told(ports)).toMatchObject([
      {
        eventType: 'reserve.held',
        sequence: 1,
        moved: 1_000,
        hold: { holdId, batchId, amount: 1_000, releaseOn: '2026-01-09' },
      },
    ])
  })

  test.each([
    [5, 1_000, 0],
    [15, 1_000, 2],
    [25, 1_000, 2],
    [9_999, 3_333, 3_333],
  ])('of %i holds %i basis points, half to even: %i', async (netMinor, reserveBasisPoints, heldMinor) => {
    const ports = portsWith({ reserveBasisPoints })
    await sellAndClose(ports, netMinor)
    expect(ports.reserves.table.rows().map(({ amountMinor }) => amountMinor)).toEqual(
      heldMinor === 0 ? [] : [heldMinor],
    )
    expect(ports.batches.table.rows()[0]!.netMinor).toBe(netMinor - heldMinor)
  })

  test('is carried whole when less than the minimum would be left, and no batch a day is made for it', async () => {
    const ports = portsWith({ payoutMinMinor: 950 })
    await sellAndClose(ports, 1_000)
    ports.clock.advanceVirtual(10 * DAY_MS)
    await close(ports)

    expect(batchesOf(ports)).toEqual(['2026-01-02 CARRIED 0'])
    expect(holdsOf(ports)).toEqual([])
    expect(itemsOf(ports, 'carry')).toEqual(['carry_out -1000', 'carry_in 1000'])
  })
})

describe('a batch that would be negative', () => {
  async function withHolds(...sums: number[]) {
    const ports = portsWith({ reserveDays: 30 })
    for (const sum of sums) await sellAndClose(ports, sum)
    return ports
  }

  test('uses what is held, the oldest first, and carries nothing that it covers', async () => {
    const ports = await withHolds(10_000, 20_000, 30_000)
    await sellAndClose(ports, -1_700)

    expect(batchesOf(ports).at(-1)).toBe('2026-01-05 CARRIED 0')
    expect(ports.reserves.table.rows().map(({ amountMinor, usedMinor }) => [amountMinor, usedMinor])).toEqual([
      [1_000, 1_000],
      [2_000, 700],
      [3_000, 0],
    ])
    expect(itemsOf(ports, 'reserve_use')).toEqual(['reserve_use 1000', 'reserve_use 700'])
    expect(itemsOf(ports, 'carry')).toEqual([])
    expect(heldOn(ports, 'merchant_reserve:shop')).toBe(6_000 - 1_700)
    const { batchId } = ports.batches.table.rows().at(-1)!
    expect(told(ports).slice(-2)).toMatchObject([
      { eventType: 'reserve.used', sequence: 2, moved: 1_000, usedBy: batchId, hold: { used: 1_000 } },
      { eventType: 'reserve.used', sequence: 2, moved: 700, usedBy: batchId },
    ])
  })

  test('carries what nothing covers', async () => {
    const ports = await withHolds(10_000)
    await sellAndClose(ports, -1_700)
    expect(itemsOf(ports, 'carry')).toEqual(['carry_out 700', 'carry_in -700'])
    expect(holdsOf(ports)).toEqual(['1000 0 1000 2026-02-13'])
  })

  test('takes nothing of another merchant or currency', async () => {
    const ports = await withHolds(10_000)
    await sell(ports, -500, 'cafe')
    ports.clock.advanceVirtual(DAY_MS)
    await close(ports)
    expect(holdsOf(ports)).toEqual(['1000 0 0 2026-02-13'])
  })
})

describe('releaseReserves', () => {
  test('on the day, what is left joins the next batch', async () => {
    const ports = portsWith()
    await sellAndClose(ports, 10_000)
    await sellAndClose(ports, -400)
    ports.clock.advanceVirtual(Date.UTC(2026, 0, 8, 14, 59) - ports.clock.virtualNowMs())
    expect(await close(ports)).toMatchObject({ released: 0 })

    ports.clock.advanceVirtual(60_000)
    expect(await close(ports)).toMatchObject({ released: 1, closed: 0 })
    expect(holdsOf(ports)).toEqual(['1000 600 400 2026-01-09'])
    expect(told(ports).at(-1)).toMatchObject({ eventType: 'reserve.released', sequence: 3, moved: 600 })
    expect(heldOn(ports, 'merchant_reserve:shop')).toBe(0)
    expect(await close(ports)).toMatchObject({ released: 0 })

    ports.clock.advanceVirtual(DAY_MS)
    await close(ports)
    expect(batchesOf(ports).at(-1)).toBe('2026-01-09 CLOSED 600')
  })

  test('nothing is held of what is released, only of what is sold beside it', async () => {
    const ports = portsWith()
    await sellAndClose(ports, 10_000)
    ports.clock.advanceVirtual(Date.UTC(2026, 0, 8, 15, 0) - ports.clock.virtualNowMs())
    expect(await close(ports)).toMatchObject({ released: 1 })
    await sellAndClose(ports, 2_000)

    expect(ports.reserves.table.rows().map(({ amountMinor }) => amountMinor)).toEqual([1_000, 200])
    expect(ports.batches.table.rows().at(-1)!.netMinor).toBe(2_800)
  })

  test('holds that were used up are not released', async () => {
    const ports = portsWith()
    await sellAndClose(ports, 10_000)
    await sellAndClose(ports, -1_000)
    ports.clock.advanceVirtual(20 * DAY_MS)
    expect(await close(ports)).toMatchObject({ released: 0 })
  })

  test('a year that is not loaded has no day, until it is there', async () => {
    const ports = portsWith({ reserveDays: 540 })
    await sellAndClose(ports, 10_000)
    expect(holdsOf(ports)).toEqual(['1000 0 0 '])
    ports.clock.advanceVirtual(900 * DAY_MS)
    expect(await close(ports)).toMatchObject({ released: 0 })

    ports.calendars.closed.set('2028-01-01', true)
    expect(await close(ports)).toMatchObject({ released: 1 })
    expect(holdsOf(ports)).toEqual(['1000 1000 0 2028-01-31'])
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('two at once, while a batch uses the same reserves, seed %i', async seed => {
    const db = new FakeDatabase(shuffledTurns(seed))
    const one = portsWith({}, db)
    const other = { ...one, ids: createPayoutPorts(new FakeDatabase(), { seed: 100_000 }).ids }
    for (const sum of [10_000, 10_000, 10_000]) await sellAndClose(one, sum)
    await sell(one, -1_500)
    one.clock.advanceVirtual(Date.UTC(2026, 0, 9, 3) - one.clock.virtualNowMs())
    await Promise.all([close(one), close(other)])

    for (const { amountMinor, releasedMinor, usedMinor, eventCount, holdId } of one.reserves.table.rows()) {
      expect(releasedMinor + usedMinor).toBeLessThanOrEqual(amountMinor)
      const own = told(one).filter(({ hold }) => hold.holdId === holdId)
      expect(own.map(({ sequence }) => sequence).sort()).toEqual(
        Array.from({ length: eventCount }, (_, index) => index + 1),
      )
    }
    const left = one.reserves.table.rows().map(hold => hold.amountMinor - hold.releasedMinor - hold.usedMinor)
    expect(heldOn(one, 'merchant_reserve:shop')).toBe(left.reduce((sum, rest) => sum + rest, 0))
  })

  test.each([0, 1, 2, 3, 4, 5, 6])(
    'a run that dies after %i commits is gone on with by the next one',
    async commits => {
      const ports = portsWith()
      for (const sum of [10_000, 20_000]) await sellAndClose(ports, sum)
      await sell(ports, -500)
      ports.clock.advanceVirtual(PAYOUTS_NOW_MS + 8 * DAY_MS - ports.clock.virtualNowMs())
      let left = commits
      const run: FakeDatabase['run'] = (subject, work) => {
        if (left-- <= 0) throw new Error('killed')
        return ports.transactions.run(subject, work)
      }
      const transactions = { areSeparate: true, run } as FakeDatabase
      await close({ ...ports, transactions }).catch(() => undefined)
      await close(ports)

      expect(heldOn(ports, 'merchant_reserve:shop')).toBe(0)
      const paid = ports.batches.table.rows().reduce((sum, { netMinor }) => sum + netMinor, 0)
      const waiting = await ports.unbatchedItems.openSum(undefined, SHOP)
      expect(paid + waiting).toBe(30_000 - 500)
    },
  )
})
