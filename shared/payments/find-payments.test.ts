/** What the console finds: pages under filters, how far they look, counts, ids of any kind, and timelines. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { expirePayments } from './expire-payments.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf, createFakePorts, FAKE_NOW_MS, type FakePorts } from './fakes.ts'
import { countPayments, findPayments, lookUp, placeOfCursor, readTimeline } from './find-payments.ts'
import { settleByHand } from './settle-by-hand.ts'

const DAY_MS = 86_400_000

interface Made {
  merchantId?: string
  orderId?: string
  amount?: number
  currency?: string
  paymentMethod?: string
}

let keys = 0
async function make(ports: FakePorts, given: Made = {}): Promise<string> {
  const request = authorizeRequestOf(given)
  return bodyIn(await authorizePayment(ports, request, claimOf(`key-${keys++}`, request), caller)).paymentId
}

/** A minute apart. */
async function madeEach(ports: FakePorts, all: Made[]): Promise<string[]> {
  const ids: string[] = []
  for (const given of all) {
    ids.push(await make(ports, given))
    ports.clock.advance(60_000)
  }
  return ids
}

type Query = Partial<Parameters<typeof findPayments>[1]>

const find = (ports: FakePorts, query: Query = {}, cursor: string | null = null) =>
  findPayments(ports, { limit: 20, ...query }, cursor === null ? undefined : placeOfCursor(cursor), 'en')

const idsOf = async (ports: FakePorts, query: Query = {}) =>
  (await find(ports, query)).items.map(({ paymentId }) => paymentId)

describe('findPayments', () => {
  test('gives the newest of the last 7 days first, and says which time it searched', async () => {
    const ports = createFakePorts()
    const [old] = await madeEach(ports, [{}])
    ports.clock.advance(7 * DAY_MS)
    const made = await madeEach(ports, [{}, {}])
    const nowMs = ports.clock.virtualNowMs()
    const found = await find(ports)

    expect(found.items.map(({ paymentId }) => paymentId)).toEqual(made.toReversed())
    expect(found).toMatchObject({ nextCursor: null, partial: false, searchedTo: found.from })
    expect([found.from, found.to]).toEqual([nowMs + 1 - 7 * DAY_MS, nowMs + 1].map(ms => new Date(ms).toISOString()))
    expect(await idsOf(ports, { from: new Date(FAKE_NOW_MS).toISOString() })).toContain(old)
    expect(await idsOf(ports, { to: new Date(FAKE_NOW_MS + 1).toISOString() })).toEqual([old])
    expect(await idsOf(ports, { to: new Date(FAKE_NOW_MS).toISOString() })).toEqual([])
  })

  test.each<[string, Query, number[]]>([
    ['a merchant', { merchantId: 'other' }, [4, 0]],
    ['an order', { orderId: 'order-7' }, [3, 1]],
    ['an order of a merchant', { orderId: 'order-7', merchantId: 'shop' }, [3, 1]],
    ['an order of another merchant', { orderId: 'order-7', merchantId: 'other' }, []],
    ['a currency', { currency: 'USD' }, [2]],
    ['a method', { method: 'tok_slow' }, [4, 3]],
    ['an amount at least', { amountMin: 300 }, [4, 3, 2]],
    ['an amount at most', { amountMax: 300 }, [2, 1, 0]],
    ['one status', { status: 'DECLINED' }, [1]],
    ['several statuses', { status: 'DECLINED,AUTHORIZED' }, [4, 3, 2, 1, 0]],
    ['several at once', { method: 'tok_slow', merchantId: 'other', amountMin: 500, status: 'AUTHORIZED' }, [4]],
  ])('by %s', async (_, query, expected) => {
    const ports = createFakePorts()
    const first = [{ merchantId: 'other', amount: 100 }]
    ports.acquirer.script.submit.push({ kind: 'approved' }, { kind: 'declined', reason: 'no_money' })
    const made = await madeEach(ports, [
      ...first,
      { merchantId: 'shop', amount: 200, orderId: 'order-7' },
      { merchantId: 'shop', amount: 300, currency: 'USD' },
      { merchantId: 'shop', amount: 400, orderId: 'order-7', paymentMethod: 'tok_slow' },
      { merchantId: 'other', amount: 500, paymentMethod: 'tok_slow' },
    ])

    expect(await idsOf(ports, query)).toEqual(expected.map(index => made[index]))
  })

  test('the cursor leads to the rest, whatever is new meanwhile, and also among payments of one millisecond', async () => {
    const ports = createFakePorts()
    const made = [await make(ports), await make(ports), ...(await madeEach(ports, [{}, {}, {}]))]
    const pages: string[][] = []
    let cursor: string | null = null
    do {
      const page = await find(ports, { limit: 2, status: 'AUTHORIZED' }, cursor)
      pages.push(page.items.map(({ paymentId }) => paymentId))
      cursor = page.nextCursor
      await make(ports)
    } while (cursor !== null)

    expect(pages.flat()).toEqual(made.toReversed())
    expect(pages.map(page => page.length)).toEqual([2, 2, 1])
  })

  test('where few fit it ends partial with a cursor from which it goes on, until everything was looked at', async () => {
    const ports = createFakePorts()
    ports.finder.lookedAtMax = 3
    const made = await madeEach(ports, [{ currency: 'USD' }, {}, {}, {}, {}, {}, {}, { currency: 'USD' }])
    const first = await find(ports, { currency: 'USD' })
    const second = await find(ports, { currency: 'USD' }, first.nextCursor)
    const third = await find(ports, { currency: 'USD' }, second.nextCursor)

    expect([first, second, third].map(page => [page.items.map(({ paymentId }) => paymentId), page.partial])).toEqual([
      [[made[7]], true],
      [[], true],
      [[made[0]], false],
    ])
    const createdAt = (index: number) => new Date(FAKE_NOW_MS + index * 60_000).toISOString()
    expect([first.searchedTo, second.searchedTo, third.nextCursor]).toEqual([createdAt(5), createdAt(2), null])
  })

  test.each(['abc', Buffer.from('1 pay_1').toString('base64url'), Buffer.from('x').toString('base64url'), ''])(
    'knows that %p is no cursor of ours',
    cursor => expect(placeOfCursor(cursor)).toBeUndefined(),
  )
})

describe('countPayments', () => {
  test('counts each status that occurs, under the same filters', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'no_money' })
    await madeEach(ports, [{}, {}, {}, { currency: 'USD' }])

    expect(await countPayments(ports, { currency: 'KRW' })).toMatchObject({
      total: 3,
      atLeast: false,
      statuses: [
        { status: 'AUTHORIZED', count: 2, atLeast: false },
        { status: 'DECLINED', count: 1, atLeast: false },
      ],
    })
  })

  test('says at least where it ended before all were looked at', async () => {
    const ports = createFakePorts()
    ports.finder.lookedAtMax = 2
    await madeEach(ports, [{}, {}, {}])

    expect(await countPayments(ports, {})).toMatchObject({
      total: 2,
      atLeast: true,
      statuses: [{ status: 'AUTHORIZED', count: 2, atLeast: true }],
    })
  })

  test('does not go beyond 10,000', async () => {
    const ports = createFakePorts()
    const counts = new Map([['COMPLETED', 10_001] as const, ['FAILED', 10_000] as const])
    ports.finder.count = async () => ({ counts: new Map(counts), isAll: true }) as never

    expect(await countPayments(ports, {})).toMatchObject({
      total: 10_000,
      atLeast: true,
      statuses: [
        { status: 'FAILED', count: 10_000, atLeast: false },
        { status: 'COMPLETED', count: 10_000, atLeast: true },
      ],
    })
  })
})

describe('lookUp', () => {
  test('finds a payment by every id that it has, and says of what', async () => {
    const ports = createFakePorts()
    const request = authorizeRequestOf({ capture: true })
    await authorizePayment(ports, request, claimOf('key-of-it', request), { ...caller, requestId: 'req-of-it' })
    const [authorization, capture] = ports.operations.table.rows()
    const { paymentId, merchantId, createdAtMs } = authorization!
    const of = (kind: string, operationId: string | null = null) => ({
      ...{ kind, pageId: paymentId, paymentId, merchantId, operationId },
      createdAt: new Date(createdAtMs).toISOString(),
    })
    const found = async (id: string) => (await lookUp(ports.finder, id)).matches

    expect(await found(paymentId)).toEqual([of('payment')])
    expect(await found(capture!.operationId)).toEqual([of('operation', capture!.operationId)])
    expect(await found(ports.outbox.table.rows()[1]!.eventId)).toEqual([of('event')])
    expect(await found(ports.ledger.table.rows()[0]!.entryId)).toEqual([of('entry')])
    expect(await found('key-of-it')).toEqual([of('key', authorization!.operationId)])
    expect(await found('req-of-it')).toEqual([
      of('request', capture!.operationId),
      of('request', authorization!.operationId),
    ])
    expect(await lookUp(ports.finder, 'nothing')).toEqual({ id: 'nothing', matches: [], more: false })
  })

  test('finds the payments of an order, the newest first, whose ids may be keys too', async () => {
    const ports = createFakePorts()
    const [first, second] = await madeEach(ports, [{ orderId: 'order-7' }, { orderId: 'order-7', merchantId: 'other' }])
    const request = authorizeRequestOf()
    const third = bodyIn(await authorizePayment(ports, request, claimOf('order-7', request), caller)).paymentId
    await make(ports, { orderId: 'ORDER-7' })
    const { matches } = await lookUp(ports.finder, 'order-7')

    expect(matches.map(({ kind, paymentId, merchantId }) => [kind, paymentId, merchantId])).toEqual([
      ['key', third, 'shop'],
      ['order', second, 'other'],
      ['order', first, 'shop'],
    ])
    expect(matches[1]).toMatchObject({ operationId: null })
  })

  test('gives 20 of those that share a request id or a key, and says that there are more', async () => {
    const ports = createFakePorts()
    for (let number = 0; number < 21; number++) {
      const request = authorizeRequestOf({ merchantId: `shop-${number}` })
      await authorizePayment(ports, request, claimOf('shared', request), caller)
    }
    const found = await lookUp(ports.finder, 'shared')

    expect([found.matches.length, found.more]).toEqual([20, true])
    expect(new Set(found.matches.map(({ merchantId }) => merchantId)).size).toBe(20)
  })
})

describe('readTimeline', () => {
  test('groups each operation with its event and entries, and measures between real times', async () => {
    const ports = createFakePorts()
    const by = { ...caller, requestId: 'req-1' }
    ports.acquirer.script.submit.push(async () => {
      ports.clock.advance(70)
      return { kind: 'approved' }
    })
    const request = authorizeRequestOf()
    const { paymentId } = bodyIn(await authorizePayment(ports, request, claimOf('key-1', request), by))
    ports.clock.advance(1_000)
    await capturePayment(ports, paymentId, {}, undefined, { ...by, requestId: 'req-2' })
    const published = ports.outbox.table.rows().map(({ id }) => id)
    ports.clock.advance(30)
    await ports.transactions.run('relay', tx => ports.outbox.markPublished(tx, published, ports.clock.nowMs()))
    const eventId = ports.outbox.table.rows()[1]!.eventId
    const fee = {
      ...{ entryId: ports.ids.entry(), paymentId, eventId, type: 'fee' as const, amountMinor: 1, currency: 'KRW' },
      ...{ debitAccount: 'merchant_payable:shop', creditAccount: 'fee_revenue', occurredAtMs: FAKE_NOW_MS },
    }
    await ports.transactions.run('fee', tx => ports.ledger.insert(tx, [fee], ports.clock.nowMs() + 9))
    const timeline = await readTimeline(ports, paymentId)

    const at = (ms: number) => new Date(FAKE_NOW_MS + ms).toISOString()
    expect(timeline!.operations).toMatchObject([
      {
        kind: 'authorize',
        by: { kind: 'request', requestId: 'req-1', person: null },
        ...{ claimedAt: at(0), askedAt: at(0), answeredAt: at(70), recordedAt: at(70) },
        event: { type: 'payment.authorized', publishedAt: at(1_100) },
        entries: [],
        durations: { acquirerMs: 70, recordMs: 0, publishMs: 1_030, bookMs: null },
      },
      {
        kind: 'capture',
        by: { kind: 'request', requestId: 'req-2', person: null },
        event: { type: 'payment.captured', createdAt: at(1_070) },
        entries: [
          { type: 'capture', recordedAt: at(1_070) },
          { type: 'fee', recordedAt: at(1_109) },
        ],
        durations: { acquirerMs: 0, recordMs: 0, publishMs: 30, bookMs: 9 },
      },
    ])
    expect(await readTimeline(ports, 'pay_unknown')).toBeUndefined()
  })

  test('says how far virtual time is ahead of real time', async () => {
    const ports = createFakePorts()
    const paymentId = await make(ports)
    expect(await readTimeline(ports, paymentId)).toMatchObject({ virtualAheadMs: 0 })
    ports.clock.advanceVirtual(86_400_000)
    expect(await readTimeline(ports, paymentId)).toMatchObject({ virtualAheadMs: 86_400_000 })
  })

  test('says which job or person did it', async () => {
    const ports = createFakePorts()
    const paymentId = await make(ports)
    ports.clock.advance(ports.policy.captureWindowMs)
    await expirePayments(ports, { limit: 1, concurrency: 1, deadlineMs: ports.clock.nowMs() + 1_000 })
    const expired = await readTimeline(ports, paymentId)
    expect(expired!.operations[1]).toMatchObject({ kind: 'expire', by: { kind: 'job', requestId: null } })

    const others = createFakePorts()
    others.acquirer.script.submit.push({ kind: 'unknown' })
    const request = authorizeRequestOf()
    await authorizePayment(others, request, claimOf('key-1', request), caller)
    others.clock.advance(others.policy.inquiryBackoffMs)
    others.acquirer.script.cancel.push({ kind: 'unknown' })
    const [row] = others.operations.table.rows()
    await settleByHand(others, row!.operationId, { outcome: 'FAILED', who: 'kim', reason: 'they said so' })
    const settled = await readTimeline(others, row!.paymentId)
    expect(settled!.operations).toMatchObject([
      {
        by: { kind: 'person', person: 'kim', reason: 'they said so', requestId: caller.requestId },
        ...{ event: null, answeredAt: null },
        durations: { acquirerMs: null, recordMs: null, publishMs: null, bookMs: null },
      },
    ])
  })
})
