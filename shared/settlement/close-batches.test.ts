/** Closing of batches: which period an item is paid in, what is carried, and that crashes and rivals change nothing. */
import { describe, expect, test } from '@jest/globals'
import { settlementClosed } from '../contracts/settlement-events.ts'
import { periodEndOf, soldOn } from '../domain/business-days.ts'
import type { DatedTerms } from '../domain/settlement-terms.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { closeBatches } from './close-batches.ts'
import { nextPeriods } from './ended-period.ts'
import { createPayoutPorts, type FakePayoutPorts, fakeTerms, PAYOUTS_NOW_MS } from './fake-payouts.ts'
import type { SettlementItem } from './ports.ts'

const DAY_MS = 24 * 60 * 60_000
const NO_END = Number.POSITIVE_INFINITY

const portsWith = (db = new FakeDatabase()) => createPayoutPorts(db)

const termsOf = (given: Partial<DatedTerms> = {}): DatedTerms => ({
  ...fakeTerms,
  ...{ merchantId: 'shop', currency: 'KRW', validFromMs: 0 },
  ...given,
})

async function sell(ports: FakePayoutPorts, netMinor: number, given: Partial<SettlementItem> & { atMs?: number } = {}) {
  const { atMs = ports.clock.virtualNowMs(), ...fields } = given
  const day = soldOn(atMs, fakeTerms)
  const item: SettlementItem = {
    ...{ itemId: ports.ids.item(), merchantId: 'shop', currency: 'KRW', paymentId: 'pay', eventId: ports.ids.event() },
    ...{ type: 'capture', grossMinor: netMinor, feeMinor: 0, vatMinor: 0, netMinor },
    ...{ soldOn: day, periodEnd: day, dueOn: '2026-01-06', calendarVersion: 1 },
    ...fields,
  }
  await ports.transactions.run('items', tx => ports.items.insert(tx, [item]))
}

const batchesOf = (ports: FakePayoutPorts) =>
  ports.batches.table
    .rows()
    .map(({ merchantId, currency, periodEnd, state, itemCount, netMinor }) =>
      [merchantId, currency, periodEnd, state, itemCount, netMinor].join(' '),
    )
    .sort()

const close = (ports: FakePayoutPorts, chunkItems?: number) => closeBatches(ports, NO_END, chunkItems)

describe('closeBatches', () => {
  test('closes a day when it has ended, and not before', async () => {
    const ports = portsWith()
    await sell(ports, 10_000)
    await sell(ports, -3_000, { type: 'refund' })
    expect(await close(ports)).toMatchObject({ closed: 0, carried: 0 })

    ports.clock.advanceVirtual(DAY_MS / 2)
    expect(await close(ports)).toMatchObject({ closed: 1, carried: 0 })
    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CLOSED 2 7000'])
    expect(ports.batches.table.rows()[0]!.dueOn).toBe('2026-01-06')
  })

  test('tells of it, in the shard of the batch', async () => {
    const ports = portsWith()
    await sell(ports, 10_000)
    ports.clock.advanceVirtual(DAY_MS)
    await close(ports)

    const [row] = ports.outbox.table.rows()
    const { batchId } = ports.batches.table.rows()[0]!
    expect(row).toMatchObject({ topic: 'settlement.closed', messageKey: batchId, sequence: 1 })
    expect(ports.doorbell.rings).toEqual([row!.shard])
    expect(settlementClosed.parse(JSON.parse(row!.payload))).toMatchObject({
      batch: { batchId, state: 'CLOSED', net: 10_000, carried: 0, itemCount: 1 },
    })
  })

  test('has one batch for each merchant, currency and day, the missed days in order', async () => {
    const ports = portsWith()
    for (const day of [0, 1, 2])
      for (const [merchantId, currency] of [
        ['shop', 'KRW'],
        ['shop', 'USD'],
        ['other', 'KRW'],
      ] as const)
        await sell(ports, 100 * (day + 1), { atMs: PAYOUTS_NOW_MS + day * DAY_MS, merchantId, currency })
    ports.clock.advanceVirtual(10 * DAY_MS)

    expect(await close(ports)).toMatchObject({ closed: 9, carried: 0 })
    expect(batchesOf(ports).filter(text => text.startsWith('shop KRW'))).toEqual([
      'shop KRW 2026-01-02 CLOSED 1 100',
      'shop KRW 2026-01-03 CLOSED 1 200',
      'shop KRW 2026-01-04 CLOSED 1 300',
    ])
  })

  test('ends weeks and months by the terms that are in force at their end', async () => {
    const ports = portsWith()
    const changedAtMs = PAYOUTS_NOW_MS + 8 * DAY_MS
    ports.terms.rows.push(termsOf({ cycle: 'W' }), termsOf({ cycle: 'M', validFromMs: changedAtMs }))
    for (let day = 0; day < 30; day++) {
      const atMs = PAYOUTS_NOW_MS + day * DAY_MS
      await sell(ports, 1, { atMs, periodEnd: periodEndOf(soldOn(atMs, fakeTerms), atMs < changedAtMs ? 'W' : 'M') })
    }
    ports.clock.advanceVirtual(40 * DAY_MS)
    await close(ports)

    // The week that began before the change was to end on the 11th; by then months count.
    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-04 CLOSED 3 3', 'shop KRW 2026-01-31 CLOSED 27 27'])
  })

  test('an item that comes after its day was closed is in the next one', async () => {
    const ports = portsWith()
    await sell(ports, 1_000)
    ports.clock.advanceVirtual(DAY_MS)
    await close(ports)
    await sell(ports, 50, { atMs: PAYOUTS_NOW_MS })
    expect(await close(ports)).toMatchObject({ closed: 0, carried: 0 })

    ports.clock.advanceVirtual(DAY_MS)
    await close(ports)
    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CLOSED 1 1000', 'shop KRW 2026-01-03 CLOSED 1 50'])
    expect(ports.items.table.rows().map(item => item.soldOn)).toEqual(['2026-01-02', '2026-01-02'])
  })

  test('does not open a batch whose calendar does not know when it is due, and says so', async () => {
    const ports = portsWith()
    await sell(ports, 1_000)
    ports.clock.advanceVirtual(DAY_MS)
    ports.calendars.closed.clear()

    expect(await close(ports)).toMatchObject({ closed: 0, carried: 0 })
    expect(ports.payoutAlarms.raised).toEqual(['no calendar KR for shop KRW 2026-01-02'])
    expect(batchesOf(ports)).toEqual([])
  })

  test('looks at accounts page by page, and finds of each what it finds of it alone', async () => {
    const ports = portsWith()
    for (let merchant = 0; merchant < 7; merchant++)
      for (const currency of ['KRW', 'USD'])
        await sell(ports, 100, {
          ...{ merchantId: `shop${merchant}`, currency },
          atMs: PAYOUTS_NOW_MS + (merchant % 3) * DAY_MS,
        })
    ports.clock.advanceVirtual(2 * DAY_MS)
    expect(await close(ports)).toMatchObject({ closed: 10 })
    await sell(ports, 30, { merchantId: 'shop0' })
    await sell(ports, -30, { merchantId: 'shop1', type: 'carry_in' })

    const found = async (pageAccounts: number) => {
      const lines: string[] = []
      for await (const { account, last, period } of nextPeriods(ports, ports.clock, pageAccounts))
        lines.push(`${account.merchantId} ${account.currency} ${last?.periodEnd} ${period?.periodEnd}`)
      return lines
    }
    expect(await found(250)).toEqual([
      'shop0 KRW 2026-01-02 2026-01-04',
      'shop1 KRW 2026-01-03 undefined',
      'shop2 KRW undefined 2026-01-04',
      'shop2 USD undefined 2026-01-04',
      'shop5 KRW undefined 2026-01-04',
      'shop5 USD undefined 2026-01-04',
    ])
    for (const pageAccounts of [1, 2, 6]) expect(await found(pageAccounts)).toEqual(await found(250))
  })

  test('begins nothing after its time', async () => {
    const ports = portsWith()
    await sell(ports, 1_000)
    ports.clock.advanceVirtual(DAY_MS)

    expect(await closeBatches(ports, ports.clock.nowMs())).toMatchObject({ closed: 0, carried: 0 })
    expect(batchesOf(ports)).toEqual([])
  })
})

describe('a batch that is not paid', () => {
  test('carries a negative sum to the next one, by one event', async () => {
    const ports = portsWith()
    await sell(ports, -700, { type: 'refund' })
    ports.clock.advanceVirtual(DAY_MS)
    expect(await close(ports)).toMatchObject({ closed: 0, carried: 1 })

    const carried = ports.items.table.rows().filter(({ type }) => type.startsWith('carry'))
    expect(carried).toMatchObject([
      { type: 'carry_out', netMinor: 700, periodEnd: '2026-01-02', batchId: ports.batches.table.rows()[0]!.batchId },
      { type: 'carry_in', netMinor: -700, periodEnd: '2026-01-03', batchId: null },
    ])
    expect(new Set(carried.map(({ eventId }) => eventId)).size).toBe(1)
    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CARRIED 2 0'])

    await sell(ports, 1_000)
    ports.clock.advanceVirtual(DAY_MS)
    await close(ports)
    expect(batchesOf(ports)[1]).toBe('shop KRW 2026-01-03 CLOSED 2 300')
  })

  test('carries a sum below the minimum', async () => {
    const ports = portsWith()
    ports.terms.rows.push(termsOf({ payoutMinMinor: 1_000 }))
    for (const netMinor of [999, 1]) {
      await sell(ports, netMinor)
      ports.clock.advanceVirtual(DAY_MS)
      await close(ports)
    }
    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CARRIED 2 0', 'shop KRW 2026-01-03 CLOSED 2 1000'])
  })

  test('carries nothing when its sum is 0', async () => {
    const ports = portsWith()
    await sell(ports, 500)
    await sell(ports, -500, { type: 'refund' })
    ports.clock.advanceVirtual(DAY_MS)
    await close(ports)

    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CARRIED 2 0'])
    expect(ports.items.table.rows()).toHaveLength(2)
  })

  test('makes no batch a day while nothing is sold', async () => {
    const ports = portsWith()
    await sell(ports, -700, { type: 'refund' })
    ports.clock.advanceVirtual(20 * DAY_MS)
    await close(ports)
    expect(batchesOf(ports)).toHaveLength(1)

    await sell(ports, 900)
    ports.clock.advanceVirtual(DAY_MS)
    await close(ports)
    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CARRIED 2 0', 'shop KRW 2026-01-22 CLOSED 2 200'])
  })

  test('is paid without a further sale when the minimum has come down', async () => {
    const ports = portsWith()
    ports.terms.rows.push(termsOf({ payoutMinMinor: 1_000 }))
    await sell(ports, 600)
    ports.clock.advanceVirtual(5 * DAY_MS)
    await close(ports)
    ports.terms.rows.push(termsOf({ payoutMinMinor: 500, validFromMs: ports.clock.virtualNowMs() + 60_000 }))
    ports.clock.advanceVirtual(2 * DAY_MS)
    await close(ports)

    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CARRIED 2 0', 'shop KRW 2026-01-07 CLOSED 1 600'])
  })
})

describe('chunks', () => {
  async function withItems(count: number) {
    const ports = portsWith()
    for (let number = 0; number < count; number++) await sell(ports, 10)
    ports.clock.advanceVirtual(DAY_MS)
    return ports
  }

  test.each([1, 2, 3, 7, 100])('of %i items close the same batch', async chunkItems => {
    const ports = await withItems(7)
    await close(ports, chunkItems)
    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CLOSED 7 70'])
  })

  test.each([0, 1, 2, 3, 4, 5])('a run that dies after %i commits is gone on with by the next one', async commits => {
    const ports = await withItems(7)
    const dying = dyingAfter(ports, commits)
    await close(dying, 2).catch(() => undefined)
    await close(ports, 2)

    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 CLOSED 7 70'])
    expect(ports.outbox.table.rows()).toHaveLength(1)
  })

  test('a batch that was left open without items is closed, although nothing waits', async () => {
    const ports = await withItems(4)
    await close(dyingAfter(ports, 3), 2).catch(() => undefined)
    expect(batchesOf(ports)).toEqual(['shop KRW 2026-01-02 OPEN 4 40'])
    expect(await close(ports, 2)).toMatchObject({ closed: 1, carried: 0 })
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('two closers at once, seed %i', async seed => {
    const db = new FakeDatabase(shuffledTurns(seed))
    const one = createPayoutPorts(db)
    const other = { ...one, ids: createPayoutPorts(new FakeDatabase(), { seed: 100_000 }).ids }
    for (let day = 0; day < 3; day++)
      for (let number = 0; number < 5; number++) await sell(one, 10, { atMs: PAYOUTS_NOW_MS + day * DAY_MS })
    one.clock.advanceVirtual(10 * DAY_MS)
    const [first, second] = await Promise.all([close(one, 2), close(other, 2)])

    expect(first.closed + second.closed).toBe(3)
    expect(batchesOf(one)).toEqual(['02', '03', '04'].map(day => `shop KRW 2026-01-${day} CLOSED 5 50`))
    expect(one.outbox.table.rows()).toHaveLength(3)
  })
})

/** A process that dies when it is about to begin a transaction after so many. */
function dyingAfter(ports: FakePayoutPorts, commits: number): FakePayoutPorts {
  let left = commits
  const run: FakeDatabase['run'] = (subject, work) => {
    if (left-- <= 0) throw new Error('killed')
    return ports.transactions.run(subject, work)
  }
  return { ...ports, transactions: { areSeparate: true, run } as FakeDatabase }
}

describe('a year that is not loaded', () => {
  /** 30th and 31st of December 2027: due in 2028, which nobody has loaded. */
  const [THURSDAY, FRIDAY] = ['2027-12-30', '2027-12-31']
  const at = (day: string) => Date.parse(`${day}T03:00:00Z`)

  test('opens no batch, and its items have no due date until it is', async () => {
    const ports = portsWith()
    ports.clock.advanceVirtual(at(THURSDAY) - ports.clock.virtualNowMs())
    await sell(ports, 1_000, { dueOn: null })
    await sell(ports, 2_000, { dueOn: null, merchantId: 'other' })
    await sell(ports, 3_000, { dueOn: null, atMs: at(FRIDAY) })
    ports.clock.advanceVirtual(3 * DAY_MS)
    expect(await close(ports)).toMatchObject({ closed: 0 })
    expect(ports.items.table.rows().map(({ dueOn }) => dueOn)).toEqual([null, null, null])
    expect(ports.payoutAlarms.raised).toContain('no calendar KR for shop KRW 2027-12-30')

    ports.calendars.closed.set('2028-01-01', true)
    expect(await close(ports)).toMatchObject({ closed: 3 })
    expect(ports.items.table.rows().map(({ merchantId, dueOn }) => [merchantId, dueOn])).toEqual([
      ['shop', '2028-01-03'],
      ['other', '2028-01-03'],
      ['shop', '2028-01-04'],
    ])
    expect(
      ports.batches.table
        .rows()
        .map(({ dueOn }) => dueOn)
        .sort(),
    ).toEqual(['2028-01-03', '2028-01-03', '2028-01-04'])
  })

  test('dates items of a period that has not ended, too', async () => {
    const ports = portsWith()
    ports.clock.advanceVirtual(at(THURSDAY) - ports.clock.virtualNowMs())
    await sell(ports, 1_000, { dueOn: null })
    ports.calendars.closed.set('2028-01-01', true)
    expect(await close(ports)).toMatchObject({ closed: 0 })
    expect(ports.items.table.rows()).toMatchObject([{ dueOn: '2028-01-03', batchId: null }])
  })
})
