/** What the console finds, on MariaDB: under every filter the right payments, by one index, and never more than it may look at. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type PaymentStatus, paymentStatuses } from '../../shared/contracts/lists.ts'
import { movement } from '../../shared/domain/ledger.ts'
import type { Payment } from '../../shared/domain/payment.ts'
import { FakeFinder } from '../../shared/payments/fake-finder.ts'
import { createFakePorts } from '../../shared/payments/fakes.ts'
import type { PaymentFilters, PlaceInList } from '../../shared/payments/ports.ts'
import type { Database } from '../../shared/stores/database.ts'
import { MySqlPaymentFinder } from '../../shared/stores/payment-finder.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { ids, MERCHANT, NOW_MS, newOperation, newPayment, times } from '../support/rows.ts'
import { plant, ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { readsOf } from '../support/session-reads.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const PAYMENTS = 4_000
const PAGE = 20
/** So that walks end before the list does. */
const LOOKED_AT_MAX = 700
const MINUTE_MS = 60_000

let scratch: ScratchDatabase
let stores: Stores
/** One connection: what it has read is told to it alone. */
let single: TestDatabase
const asked: Array<{ sql: string; values: unknown[] }> = []
let finder: MySqlPaymentFinder
/** Says what each list should be. */
const expected = createFakePorts()
expected.finder.lookedAtMax = LOOKED_AT_MAX

const ofList = <T>(list: readonly T[], number: number): T => list[number % list.length]!
/** Spreads numbers without a pattern that filters could share. */
const mixed = (number: number): number => Math.imul(number + 1, 2_654_435_761) >>> 8

/** Several of one millisecond, and ids that do not follow the time. */
const createdAtMsOf = (number: number): number => NOW_MS + (mixed(number + 9_000) % 1_000) * MINUTE_MS

const planned = (number: number): Payment & { idempotencyKey: string } =>
  newPayment({
    merchantId: ofList(['shop', 'shop', 'Shop', 'other'], mixed(number)),
    orderId: number % 4 === 0 ? null : `order-${mixed(number + 1_000) % 50}`,
    status: number % 500 === 0 ? 'EXPIRED' : ofList<PaymentStatus>(paymentStatuses.slice(0, 4), mixed(number + 2_000)),
    amountMinor: 1 + (mixed(number + 3_000) % 1_000),
    currency: ofList(['KRW', 'KRW', 'KRW', 'USD'], mixed(number + 4_000)),
    paymentMethod: ofList(['tok_approve', 'tok_approve', 'tok_slow'], mixed(number + 5_000)),
    createdAtMs: createdAtMsOf(number),
    updatedAtMs: createdAtMsOf(number),
  })

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'finding')
  stores = scratch.stores()
  const payments = times(PAYMENTS, planned)
  await plant(stores, payments)
  await expected.transactions.run('plant', async tx => {
    for (const payment of payments) await expected.payments.insert(tx, payment)
  })
  await scratch.direct.rows('ANALYZE TABLE payment, payment_operation')
  single = openDatabase(scratch.url, 1)
  const select = async (sql: string, values: readonly unknown[] = []) => {
    asked.push({ sql, values: [...values] })
    return single.rows(sql, [...values])
  }
  finder = new MySqlPaymentFinder({ select } as unknown as Database, LOOKED_AT_MAX)
})
afterAll(async () => {
  await single?.close()
  await scratch?.drop()
})

const wholeTime = { fromMs: NOW_MS, toMs: NOW_MS + 1_000 * MINUTE_MS }

const filters: Array<[name: string, index: string, given: Partial<PaymentFilters>]> = [
  ['nothing', 'payment_by_time', {}],
  ['a time', 'payment_by_time', { fromMs: NOW_MS + 200 * MINUTE_MS, toMs: NOW_MS + 300 * MINUTE_MS }],
  ['a currency', 'payment_by_time', { currency: 'USD' }],
  ['a method', 'payment_by_time', { method: 'tok_slow' }],
  ['several statuses', 'payment_by_time', { statuses: ['DECLINED', 'FAILED'] }],
  ['a status that is rare', 'payment_by_time', { statuses: ['EXPIRED'] }],
  ['a status that nothing has', 'payment_by_time', { statuses: ['REFUNDED'] }],
  ['amounts', 'payment_by_time', { currency: 'KRW', amountMinMinor: 100, amountMaxMinor: 200 }],
  ['a merchant', 'payment_by_merchant_time', { merchantId: 'shop' }],
  [
    'a merchant, to the letter, and a rare status',
    'payment_by_merchant_time',
    { merchantId: 'Shop', statuses: ['EXPIRED'] },
  ],
  ['a merchant that there is not', 'payment_by_merchant_time', { merchantId: 'nobody' }],
  ['an order', 'payment_by_order', { orderId: 'order-7' }],
  [
    'an order of a merchant in a time',
    'payment_by_order',
    { orderId: 'order-7', merchantId: 'other', fromMs: NOW_MS + 500 * MINUTE_MS },
  ],
]

type Page = Awaited<ReturnType<MySqlPaymentFinder['page']>>

const shown = ({ payments, lookedAtUntil }: Page) => ({
  paymentIds: payments.map(({ payment }) => payment.paymentId),
  lookedAtUntil,
})

const nextOf = ({ payments, lookedAtUntil }: Page): PlaceInList | undefined => {
  const last = payments.length === PAGE ? payments.at(-1)!.payment : undefined
  return last ? { createdAtMs: last.createdAtMs, paymentId: last.paymentId } : lookedAtUntil
}

describe.each(filters)('a list by %s', (_, index, given) => {
  const wanted = { ...wholeTime, ...given }

  test('gives page by page what fits, to the end', async () => {
    let after: PlaceInList | undefined
    const seen: string[] = []
    for (let pages = 0; pages < 500; pages++) {
      const page = await finder.page(wanted, PAGE, after)
      expect(shown(page)).toEqual(shown(await expected.finder.page(wanted, PAGE, after)))
      seen.push(...shown(page).paymentIds)
      after = nextOf(page)
      if (after === undefined) break
    }
    expect(after).toBeUndefined()
    const all = await new FakeFinder(expected, expected.reader).page(wanted, PAYMENTS)
    expect(seen).toEqual(shown(all).paymentIds)
  })

  test('reads twice what it may look at, at most, and the rows of its page', async () => {
    const { reads } = await readsOf(single, () => finder.page(wanted, PAGE))
    // Once to find the end, once to look; and each row of the page by its key, through the list of what was found.
    expect(reads).toBeLessThanOrEqual(2 * LOOKED_AT_MAX + 5 * PAGE)
    const counted = await readsOf(single, () => finder.count(wanted))
    // Each that fits is looked up among the statuses that were met before.
    expect(counted.reads).toBeLessThanOrEqual(3 * LOOKED_AT_MAX + 5 * paymentStatuses.length)
  })

  test(`goes by ${index} alone, as its counts do, and sorts nothing`, async () => {
    asked.length = 0
    const page = await finder.page(wanted, PAGE)
    await finder.page(wanted, PAGE, nextOf(page))
    await finder.count(wanted)

    for (const { sql, values } of asked.filter(({ sql }) => sql.includes('FORCE INDEX'))) {
      const plan = await single.rows<{ key: string | null; table: string; type: string; Extra: string }>(
        `EXPLAIN ${sql}`,
        values,
      )
      const walk = plan.at(-1)!
      const steps = plan.map(({ table, key }) => `${table} ${key}`)
      // Nothing to explain where no row can be.
      if (walk.table === null) continue
      expect(steps).toContain(`p ${index}`)
      const walking = plan.find(({ key }) => key === index)!
      expect(walking.type).toBe('range')
      // A count sorts the statuses that it found.
      if (!sql.includes('GROUP BY')) expect(walking.Extra).not.toContain('filesort')
      if (index !== 'payment_by_order') expect(walking.Extra).toContain('Using index')
    }
  })

  test('is counted by status', async () => {
    const { counts, isAll } = await finder.count(wanted)
    const wantedCounts = await expected.finder.count(wanted)
    expect([Object.fromEntries(counts), isAll]).toEqual([Object.fromEntries(wantedCounts.counts), wantedCounts.isAll])
  })
})

describe('a walk', () => {
  test('that ends before the list does says where, also exactly at its last payment', async () => {
    const all = await scratch.direct.rows<{ payment_id: string; created_at: Date }>(
      'SELECT payment_id, created_at FROM payment ORDER BY created_at DESC, payment_id DESC',
    )
    const select = (sql: string, values: readonly unknown[] = []) => single.rows(sql, [...values])
    for (const max of [1, 699, PAYMENTS]) {
      const short = new MySqlPaymentFinder({ select } as unknown as Database, max)
      const { payments, lookedAtUntil } = await short.page({ ...wholeTime, statuses: ['REFUNDED'] }, PAGE)
      const last = all[max - 1]!
      expect([payments, lookedAtUntil]).toEqual([
        [],
        { createdAtMs: last.created_at.getTime(), paymentId: last.payment_id },
      ])
    }
    const long = new MySqlPaymentFinder({ select } as unknown as Database, PAYMENTS + 1)
    expect((await long.page({ ...wholeTime, statuses: ['REFUNDED'] }, PAGE)).lookedAtUntil).toBeUndefined()
  })
})

describe('an id', () => {
  test('leads to its payments by an index, whatever it is of, archived events too', async () => {
    const payment = newPayment({ orderId: 'order-of-it' })
    const { paymentId } = payment
    const operation = newOperation(paymentId, { requestId: 'req-of-it', idempotencyKey: 'key-of-it' })
    const other = newOperation(ids.payment(), { merchantId: 'other', idempotencyKey: 'key-of-it' })
    const eventIds = [ids.event(), ids.event()] as const
    const entry = { ...movement('capture', MERCHANT, 1, 'KRW'), entryId: ids.entry(), paymentId, eventId: eventIds[1] }
    const event = { messageKey: paymentId, payload: JSON.stringify({ operationId: operation.operationId }) }
    await stores.database.runAlone(async tx => {
      await stores.payments.insert(tx, payment)
      await stores.operations.insert(tx, operation)
      await stores.operations.insert(tx, other)
      for (const [index, eventId] of eventIds.entries())
        await stores.outbox.insert(
          tx,
          { ...event, eventId, topic: 'payment.captured', sequence: index + 1, shard: 3, traceparent: null },
          NOW_MS + 5,
        )
      await stores.ledger.insert(tx, [{ ...entry, occurredAtMs: NOW_MS }], NOW_MS + 7)
    })
    const [first] = await stores.outbox.listFrom(0, 1)
    await stores.database.runAlone(tx => stores.outbox.markPublished(tx, [first!.id], NOW_MS + 6))
    await stores.database.runAlone(tx => stores.outbox.archive(tx, [first!.id]))
    const of = (kind: string, operationId: string | null = null) => ({
      ...{ kind, pageId: paymentId, paymentId, merchantId: MERCHANT, operationId, createdAtMs: NOW_MS },
    })

    asked.length = 0
    expect(await finder.lookup(paymentId, 2)).toEqual([of('payment')])
    expect(await finder.lookup(operation.operationId, 2)).toEqual([of('operation', operation.operationId)])
    for (const eventId of eventIds) expect(await finder.lookup(eventId, 2)).toEqual([of('event')])
    expect(await finder.lookup(entry.entryId, 2)).toEqual([of('entry')])
    expect(await finder.lookup('req-of-it', 2)).toEqual([of('request', operation.operationId)])
    expect(await finder.lookup('key-of-it', 2)).toMatchObject([
      { kind: 'key', merchantId: 'other' },
      of('key', operation.operationId),
    ])
    expect(await finder.lookup('key-of-it', 1)).toMatchObject([{ merchantId: 'other' }])
    expect(await finder.lookup('order-of-it', 2)).toEqual([of('order')])
    for (const none of ['KEY-OF-IT', 'ORDER-OF-IT', 'x'.repeat(300), 'nothing', 'pay_x'])
      expect(await finder.lookup(none, 2)).toEqual([])
    for (const { sql, values } of asked) {
      const plan = await single.rows<{ table: string | null; type: string }>(`EXPLAIN ${sql}`, values)
      for (const { table, type } of plan.filter(each => each.table !== null && !/^<|^[es]$/.test(each.table)))
        expect([sql, table, type]).toEqual([sql, table, expect.stringMatching(/^(const|eq_ref|ref|range)$/)])
    }

    await stores.operations.release(operation, NOW_MS + 3, NOW_MS + 9, { askedAtMs: NOW_MS + 1 })
    await stores.operations.release(operation, NOW_MS + 3, NOW_MS + 9)
    expect((await finder.traces(paymentId))!.operations).toMatchObject([
      { askedAtMs: NOW_MS + 1, answeredAtMs: null, requestId: 'req-of-it' },
    ])
    const asks = { askedAtMs: NOW_MS + 2, answeredAtMs: NOW_MS + 4 }
    await stores.database.runAlone(tx =>
      stores.operations.finish(tx, operation, { state: 'SUCCEEDED', declineReason: null, nowMs: NOW_MS, asked: asks }),
    )
    const finished = await finder.traces(paymentId)
    expect(finished).toMatchObject({
      operations: [{ operationId: operation.operationId, state: 'SUCCEEDED', finishedAtMs: NOW_MS, ...asks }],
      events: [
        {
          eventId: eventIds[0],
          operationId: operation.operationId,
          createdAtMs: NOW_MS + 5,
          publishedAtMs: NOW_MS + 6,
        },
        { eventId: eventIds[1], publishedAtMs: null },
      ],
      entries: [{ entryId: entry.entryId, occurredAtMs: NOW_MS, recordedAtMs: NOW_MS + 7 }],
      settlements: [],
    })
    expect(await finder.traces(ids.payment())).toBeUndefined()
  })
  test('of an order gives its newest payments by payment_by_order, and reads no others', async () => {
    const all = await expected.finder.lookup('order-7', PAYMENTS)
    expect(all.length).toBeGreaterThan(21)
    asked.length = 0
    const { reads, result } = await readsOf(single, () => finder.lookup('order-7', 21))
    expect(result).toEqual(all.slice(0, 21))
    // Each of the six by its index: the entry and its row, and who sends files.
    expect(reads).toBeLessThanOrEqual(2 * 21 + 15)
    const { sql, values } = asked.find(each => each.sql.includes('payment_by_order'))!
    const plan = await single.rows<{ key: string; type: string; Extra: string }>(`EXPLAIN ${sql}`, values)
    expect(plan).toMatchObject([{ key: 'payment_by_order', type: 'range' }])
    expect(plan[0]!.Extra).not.toContain('filesort')
  })
})
