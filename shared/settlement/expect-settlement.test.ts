/** Items and expectations under redelivery, every order, refused rows, changed terms, a late start and a year that is not loaded. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import type { PaymentEvent } from '../contracts/events.ts'
import type { DatedTerms, SettlementTerms } from '../domain/settlement-terms.ts'
import { takeBatch } from '../payments/event-batch.ts'
import { shuffledTurns, type Turn } from '../payments/fake-store.ts'
import { createFakeIds, createFakePorts, FAKE_NOW_MS, type FakePorts, fakeTerms } from '../payments/fakes.ts'
import { DependencyUnavailableError, DuplicateKeyError, type IncomingRecord } from '../payments/ports.ts'
import { settlementConsumer } from './expect-settlement.ts'
import { DefaultsChangedError } from './ports.ts'

const ids = createFakeIds(1_000)

const expectSettlement = (ports: FakePorts, records: readonly IncomingRecord[]) =>
  takeBatch(ports, settlementConsumer(ports), records)

let nextOffset = 0
const recordOf = (event: PaymentEvent, given: Partial<IncomingRecord> = {}): IncomingRecord => ({
  topic: event.eventType,
  partition: 0,
  offset: nextOffset++,
  key: Buffer.from(event.payment.paymentId),
  value: Buffer.from(JSON.stringify(event)),
  headers: [],
  ...given,
})

interface Moved {
  amount: number
  /** Of a capture: our fee. */
  fee?: number
  at?: string
}

/** The events of one payment, in order: a step with a fee is a capture, one without a refund. */
function paymentOf(...steps: Moved[]): PaymentEvent[] {
  const paymentId = ids.payment()
  return steps.map(({ amount, fee, at = '2026-11-27T03:00:00.000Z' }, index) => ({
    eventId: ids.event(),
    eventType: fee === undefined ? 'payment.refunded' : 'payment.captured',
    occurredAt: at,
    sequence: index + 2,
    operationId: ids.operation(),
    amount,
    feeAmount: fee,
    payment: {
      ...{ paymentId, merchantId: 'shop', status: 'COMPLETED', amount: 100_000, currency: 'KRW' },
      ...{ capturedAmount: 100_000, refundedAmount: 0 },
    },
  }))
}

/** An outbox that wrote these events. */
async function outboxWith(events: PaymentEvent[], turn?: Turn) {
  const ports = createFakePorts({ turn })
  await ports.transactions.run('rows', async tx => {
    for (const event of events) {
      const { eventId, eventType: topic, sequence, payment } = event
      const row = { eventId, topic, messageKey: payment.paymentId, sequence, payload: JSON.stringify(event) }
      await ports.outbox.insert(tx, { ...row, shard: 0, traceparent: null }, FAKE_NOW_MS)
    }
  })
  return ports
}

const termsFrom = (validFrom: string, terms: Partial<SettlementTerms>): DatedTerms => ({
  ...{ ...fakeTerms, ...terms },
  ...{ merchantId: 'shop', currency: 'KRW', validFromMs: Date.parse(validFrom) },
})

const EPOCH = '1970-01-01T00:00:00.000Z'

const itemsOf = (ports: FakePorts) =>
  ports.items.table.rows().map(({ type, grossMinor, feeMinor, vatMinor, netMinor }) => ({
    ...{ type, grossMinor, feeMinor, vatMinor, netMinor },
  }))
const expectationsOf = (ports: FakePorts) =>
  ports.expectations.table.rows().map(({ kind, amountMinor, feeMinor, vatMinor }) => ({
    ...{ kind, amountMinor, feeMinor, vatMinor },
  }))

describe('a captured event', () => {
  test('is an item of its merchant and an expectation of the acquirer, by the terms of each', async () => {
    const [event] = paymentOf({ amount: 10_000, fee: 250 })
    const ports = await outboxWith([event!])
    ports.terms.rows.push(termsFrom(EPOCH, { vatMode: 'inclusive', cycle: 'W', delayDays: 1 }))

    expect(await expectSettlement(ports, [recordOf(event!)])).toEqual({ written: 1, poisoned: 0 })

    const { paymentId } = event!.payment
    expect(ports.items.table.rows()).toEqual([
      {
        ...{ itemId: expect.stringMatching(/^itm_/), merchantId: 'shop', currency: 'KRW', paymentId },
        ...{ eventId: event!.eventId, type: 'capture' },
        ...{ grossMinor: 10_000, feeMinor: 227, vatMinor: 23, netMinor: 9_750 },
        ...{ soldOn: '2026-11-27', periodEnd: '2026-11-29', dueOn: '2026-11-30', calendarVersion: 1 },
      },
    ])
    expect(ports.expectations.table.rows()).toEqual([
      {
        ...{ expectationId: expect.stringMatching(/^exp_/), sourceId: 'acquirer', matchKey: event!.operationId },
        ...{ kind: 'capture', eventId: event!.eventId, paymentId, currency: 'KRW' },
        ...{ amountMinor: 10_000, feeMinor: 150, vatMinor: 15, dueOn: '2026-12-01' },
      },
    ])
  })

  test('belongs to the day of the terms: their zone and their cut-off', async () => {
    const moments = ['2026-11-29T14:59:59.999Z', '2026-11-29T15:00:00.000Z']
    const events = moments.flatMap(at => paymentOf({ amount: 100, fee: 0, at }))
    const ports = await outboxWith(events)

    await expectSettlement(
      ports,
      events.map(event => recordOf(event)),
    )

    expect(ports.items.table.rows().map(item => item.soldOn)).toEqual(['2026-11-29', '2026-11-30'])
  })

  test('goes by the terms that were in force when it happened', async () => {
    const at = ['2026-11-26T03:00:00.000Z', '2026-11-27T03:00:00.000Z']
    const events = at.flatMap(occurred => paymentOf({ amount: 10_000, fee: 250, at: occurred }))
    const ports = await outboxWith(events)
    ports.terms.rows.push(termsFrom(at[1]!, { vatMode: 'exclusive' }))

    await expectSettlement(
      ports,
      events.map(event => recordOf(event)),
    )

    expect(itemsOf(ports).map(item => item.vatMinor)).toEqual([0, 25])
  })
})

describe('a refunded event', () => {
  test('of a merchant whose fee is kept gives back nothing; the acquirer gives its own back', async () => {
    const events = paymentOf({ amount: 10_000, fee: 250 }, { amount: 4_000 })
    const ports = await outboxWith(events)

    await expectSettlement(ports, [recordOf(events[1]!)])

    expect(itemsOf(ports)).toEqual([{ type: 'refund', grossMinor: -4_000, feeMinor: 0, vatMinor: 0, netMinor: -4_000 }])
    expect(expectationsOf(ports)).toEqual([{ kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 }])
  })

  test('in parts gives back together what all captures were charged, in whatever order they are read', async () => {
    const events = paymentOf(
      { amount: 6_667, fee: 167 },
      { amount: 3_333, fee: 83 },
      { amount: 3_333 },
      { amount: 3_333 },
      { amount: 3_334 },
    )
    const sums = []
    for (const order of [events, events.toReversed()]) {
      const ports = await outboxWith(events)
      ports.terms.rows.push(termsFrom(EPOCH, { vatMode: 'exclusive', refundFee: 'return' }))
      for (const event of order) await expectSettlement(ports, [recordOf(event)])
      const items = itemsOf(ports)
      const sumOf = (part: 'grossMinor' | 'feeMinor' | 'vatMinor' | 'netMinor') =>
        items.reduce((sum, item) => sum + item[part], 0)
      sums.push([items.length, sumOf('grossMinor'), sumOf('feeMinor'), sumOf('vatMinor'), sumOf('netMinor')])
    }
    expect(sums).toEqual([
      [5, 0, 0, 0, 0],
      [5, 0, 0, 0, 0],
    ])
  })

  test('before its capture says what it says after it', async () => {
    const events = paymentOf({ amount: 10_000, fee: 250 }, { amount: 4_000 })
    const byOrder = []
    for (const order of [events, events.toReversed()]) {
      const ports = await outboxWith(events)
      ports.terms.rows.push(termsFrom(EPOCH, { vatMode: 'exclusive', refundFee: 'return' }))
      for (const event of order) await expectSettlement(ports, [recordOf(event)])
      byOrder.push(itemsOf(ports).sort((a, b) => b.grossMinor - a.grossMinor))
    }

    expect(byOrder[0]).toEqual([
      { type: 'capture', grossMinor: 10_000, feeMinor: 250, vatMinor: 25, netMinor: 9_725 },
      { type: 'refund', grossMinor: -4_000, feeMinor: -100, vatMinor: -10, netMinor: -3_890 },
    ])
    expect(byOrder[1]).toEqual(byOrder[0])
  })
})

describe('a second delivery', () => {
  test('changes nothing, within one batch or later', async () => {
    const events = paymentOf({ amount: 10_000, fee: 250 }, { amount: 10_000 })
    const ports = await outboxWith(events)
    const records = events.map(event => recordOf(event))

    expect(await expectSettlement(ports, [...records, ...records])).toEqual({ written: 2, poisoned: 0 })
    const items = ports.items.table.rows()
    expect(await expectSettlement(ports, records)).toEqual({ written: 0, poisoned: 0 })

    expect(ports.items.table.rows()).toEqual(items)
    expect(ports.expectations.table.rows()).toHaveLength(2)
    const counted = ports.settlementObserver.done.map(done => [done.written.length, done.unchanged.length])
    expect(counted).toEqual([
      [2, 2],
      [0, 2],
    ])
  })

  test('at the same moment: one writes, the other is told to come again, and then finds all done', async () => {
    const events = paymentOf({ amount: 10_000, fee: 250 }, { amount: 10_000 })
    const ports = await outboxWith(events, shuffledTurns(SEED))
    const records = events.map(event => recordOf(event))

    const both = await Promise.allSettled([expectSettlement(ports, records), expectSettlement(ports, records)])
    for (const outcome of both)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(DuplicateKeyError)

    expect(await expectSettlement(ports, records)).toEqual({ written: 0, poisoned: 0 })
    expect(ports.items.table.rows()).toHaveLength(2)
    expect(ports.expectations.table.rows()).toHaveLength(2)
  })

  test('after a commit that was not confirmed finds all done', async () => {
    const events = paymentOf({ amount: 10_000, fee: 250 })
    const ports = await outboxWith(events)
    ports.transactions.failNextCommit('after')

    await expect(expectSettlement(ports, [recordOf(events[0]!)])).rejects.toThrow(DependencyUnavailableError)
    expect(await expectSettlement(ports, [recordOf(events[0]!)])).toEqual({ written: 0, poisoned: 0 })
  })
})

describe('a record that the outbox did not write', () => {
  test('is passed over: record-ledger buries it, and a letter that is sent again must not come back twice', async () => {
    const [event] = paymentOf({ amount: 10_000, fee: 250 })
    const [invented] = paymentOf({ amount: 10_000, fee: 250 })
    const ports = await outboxWith([event!])
    const changed = recordOf({ ...event!, amount: 9_999 })
    const records = [changed, recordOf(invented!), recordOf(event!, { value: Buffer.from('{') }), recordOf(event!)]

    expect(await expectSettlement(ports, records)).toEqual({ written: 1, poisoned: 0 })

    expect(itemsOf(ports).map(item => item.grossMinor)).toEqual([10_000])
    expect(ports.deadLetters.buried).toEqual([])
  })
})

describe('poison', () => {
  test('of which the database refuses a row is buried, and leaves no half behind; the rest is written', async () => {
    const events = [...paymentOf({ amount: 1, fee: 0 }), ...paymentOf({ amount: 2, fee: 0 })]
    const ports = await outboxWith(events)
    ports.items.refuses = item => item.grossMinor === 1
    const records = events.map(event => recordOf(event))

    expect(await expectSettlement(ports, records)).toEqual({ written: 1, poisoned: 1 })

    expect(ports.deadLetters.buried).toEqual([{ record: records[0], reason: 'constraint of the test' }])
    expect(ports.settlementObserver.buried).toEqual([records[0]])
    expect(ports.expectations.table.rows().map(row => row.amountMinor)).toEqual([2])
  })

  test.each(['does not know', 'cannot read'])('is a refund whose captures the outbox %s', async what => {
    const [capture, refund] = paymentOf({ amount: 10_000, fee: 250 }, { amount: 10_000 })
    const ports = await outboxWith([refund!])
    if (what === 'cannot read')
      await ports.transactions.run('rows', async tx => {
        const { eventId, eventType: topic, payment } = capture!
        const row = { eventId, topic, messageKey: payment.paymentId, sequence: 2, payload: 'no JSON' }
        await ports.outbox.insert(tx, { ...row, shard: 0, traceparent: null }, FAKE_NOW_MS)
      })

    expect(await expectSettlement(ports, [recordOf(refund!)])).toEqual({ written: 0, poisoned: 1 })
    expect(ports.deadLetters.buried.map(letter => letter.reason)).toEqual([
      'the outbox does not say what the captures of its payment were charged',
    ])
  })
})

describe('a payment that was captured before settlement began', () => {
  test('is left out with all its later events, and counted', async () => {
    const began = '2026-11-27T00:00:00.000Z'
    const before = paymentOf(
      { amount: 10_000, fee: 250, at: '2026-11-26T23:59:59.999Z' },
      { amount: 5_000, fee: 125 },
      { amount: 15_000 },
    )
    const after = paymentOf({ amount: 700, fee: 17, at: began })
    const ports = await outboxWith([...before, ...after])
    ports.settlementStart.fromMs = Date.parse(began)
    const records = [...before, ...after].map(event => recordOf(event))

    expect(await expectSettlement(ports, records)).toEqual({ written: 1, poisoned: 0 })

    expect(itemsOf(ports).map(item => item.grossMinor)).toEqual([700])
    expect(ports.settlementObserver.done.map(done => done.skipped)).toEqual([records.slice(0, 3)])
    expect(ports.deadLetters.buried).toEqual([])
  })
})

test('nothing is expected by other defaults than the first event was booked by', async () => {
  const event = paymentOf({ amount: 10_000, fee: 250 })
  const ports = await outboxWith(event)
  ports.bookedDefaults.booked = { vatMode: 'none', refundFee: 'return' }

  const records = event.map(one => recordOf(one))
  await expect(expectSettlement(ports, records)).rejects.toBeInstanceOf(DefaultsChangedError)
  expect(itemsOf(ports)).toEqual([])
})

describe('a year that is not loaded', () => {
  test('leaves the item without a due date, with an alarm', async () => {
    const [event] = paymentOf({ amount: 10_000, fee: 250, at: '2026-12-30T03:00:00.000Z' })
    const ports = await outboxWith([event!])

    expect(await expectSettlement(ports, [recordOf(event!)])).toEqual({ written: 1, poisoned: 0 })

    expect(ports.items.table.rows()).toMatchObject([{ soldOn: '2026-12-30', dueOn: null, calendarVersion: 1 }])
    expect(ports.expectations.table.rows()).toMatchObject([{ dueOn: null }])
    expect(ports.settlementObserver.undated).toMatchObject([{ eventId: event!.eventId, periodEnd: '2026-12-30' }])
  })

  test('raises no alarm for what is rolled back', async () => {
    const [event] = paymentOf({ amount: 10_000, fee: 250, at: '2026-12-30T03:00:00.000Z' })
    const ports = await outboxWith([event!])
    ports.transactions.failNextCommit('before')

    await expect(expectSettlement(ports, [recordOf(event!)])).rejects.toThrow(DependencyUnavailableError)
    expect(ports.settlementObserver.undated).toEqual([])
    expect(ports.settlementObserver.done).toEqual([])
  })
})

// The worked numbers of the model.
describe('the worked numbers', () => {
  test('of the acquirer: 10,000 costs 150 and 15, and a refund of 4,000 returns 60 and 6', async () => {
    const events = paymentOf({ amount: 10_000, fee: 250 }, { amount: 4_000 })
    const ports = await outboxWith(events)

    await expectSettlement(
      ports,
      events.map(event => recordOf(event)),
    )

    expect(expectationsOf(ports)).toEqual([
      { kind: 'capture', amountMinor: 10_000, feeMinor: 150, vatMinor: 15 },
      { kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 },
    ])
  })

  test.each([
    [10_000, 250, 'inclusive', { feeMinor: 227, vatMinor: 23, netMinor: 9_750 }],
    [30_000, 860, 'inclusive', { feeMinor: 782, vatMinor: 78, netMinor: 29_140 }],
    [90_000, 2_250, 'inclusive', { feeMinor: 2_045, vatMinor: 205, netMinor: 87_750 }],
    [10_000, 150, 'exclusive', { feeMinor: 150, vatMinor: 15, netMinor: 9_835 }],
    [10_000, 150, 'none', { feeMinor: 150, vatMinor: 0, netMinor: 9_850 }],
  ] as const)('of a merchant: %d with a fee of %d, VAT %s', async (amount, fee, vatMode, item) => {
    const events = paymentOf({ amount, fee })
    const ports = await outboxWith(events)
    ports.terms.rows.push(termsFrom(EPOCH, { vatMode }))

    await expectSettlement(ports, [recordOf(events[0]!)])

    expect(itemsOf(ports)).toMatchObject([item])
  })
})
