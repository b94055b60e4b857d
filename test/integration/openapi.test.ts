/** A running system answers what docs/openapi.json says: every route, every status, every code that can be provoked. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { contractOf } from '../../shared/contracts/api.ts'
import { refusals } from '../../shared/contracts/refusals.ts'
import { type RouteName, routeNames } from '../../shared/contracts/routes.ts'
import { until } from '../../shared/runtime/until.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { type ExtraApi, NOWHERE, startExtraApi } from '../support/extra-api.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { OpenApi } from '../support/openapi.ts'
import { authorizeBody, authorized, captured, newKey, newMerchant } from '../support/payments.ts'
import { repositoryFolder, systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const description = JSON.parse(readFileSync(join(repositoryFolder, 'docs/openapi.json'), 'utf8'))
const openApi = new OpenApi(description)
const NO_SUCH_PAYMENT = 'pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'
const NO_SUCH_BATCH = 'bat_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'
const NO_SUCH_DISPUTE = 'dsp_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'
const NO_SUCH_FILE = 'rcf_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'
const NO_SUCH_BREAK = 'brk_7ZZZZZZZZZZZZZZZZZZZZZZZZZ'

/** What was met, as `capturePayment 409 CAPTURE_CONFLICT`. */
const met = new Set<string>()

const mediaTypeOf = (reply: Reply): string => (reply.headers['content-type'] ?? '').split(';')[0]!.trim()

/** The answer must be one that the document knows, in status, headers and body. */
function conforms(name: RouteName, reply: Reply, status: number, code?: string): Reply {
  const mediaType = mediaTypeOf(reply)
  const body = mediaType === 'application/json' ? reply.json : reply.text
  const problems = [
    ...openApi.bodyProblems(name, reply.status, mediaType, body),
    ...openApi.headerProblems(name, reply.status, reply.headers),
  ]
  expect({ status: reply.status, code: body.code, body: reply.text.slice(0, 500), problems }).toMatchObject({
    status,
    code,
    problems: [],
  })
  met.add([name, status, ...(code === undefined ? [] : [code])].join(' '))
  return reply
}

const key = (value = newKey()) => ({ 'idempotency-key': value })
const tooLarge = { reason: 'x'.repeat(17_000) }

type Send = (to: PaymentApi, body?: unknown, headers?: Record<string, string>) => Promise<Reply>

/** How each mutation is sent at a payment; authorize needs none. */
const send: Record<
  'authorizePayment' | 'capturePayment' | 'refundPayment' | 'voidPayment',
  (paymentId: string) => Send
> = {
  authorizePayment: () => (to, body, headers) => to.authorize(body, headers),
  capturePayment: paymentId => (to, body, headers) => to.capture(paymentId, body, headers),
  refundPayment: paymentId => (to, body, headers) => to.refund(paymentId, body, headers),
  voidPayment: paymentId => (to, body, headers) => to.void(paymentId, body, headers),
}
/** Nowhere: other tests go by the same clock. */
const advance: Send = (to, body = { advance: 'PT0S' }, headers) => to.post('/sandbox/clock', body, headers)

const mutations = Object.keys(send) as Array<keyof typeof send>

let database: TestDatabase
beforeAll(() => {
  database = openDatabase(system.databaseUrl)
})
afterAll(() => database?.close())

/** An empty batch, which is away again after the work: days would pass before a sale is in one. */
async function withBatch(work: (batchId: string) => Promise<void>): Promise<void> {
  const batchId = 'bat_01M80000000000000000000000'
  const day = '2026-01-02'
  await database.write(
    `INSERT INTO settlement_batch (batch_id, merchant_id, currency, period_end, sequence, due_on, state, opened_at, closed_at)
     VALUES (?)`,
    [[batchId, newMerchant(), 'KRW', day, 1, day, 'CARRIED', new Date(day), new Date(day)]],
  )
  try {
    await work(batchId)
  } finally {
    await database.write('DELETE FROM settlement_batch WHERE batch_id = ?', [batchId])
  }
}

/** A dispute of no payment, for as long as the work takes. */
async function withDispute(work: (disputeId: string) => Promise<void>): Promise<void> {
  const disputeId = 'dsp_01M80000000000000000000000'
  const at = new Date('2026-01-02')
  await database.write(
    `INSERT INTO dispute (dispute_id, source_id, external_ref, payment_id, merchant_id, currency, amount, fee, state, event_count, opened_at,
       closed_at) VALUES (?)`,
    [[disputeId, 'acquirer', 'seen', NO_SUCH_PAYMENT, newMerchant(), 'KRW', 5, 0, 'WON', 0, at, at]],
  )
  try {
    await work(disputeId)
  } finally {
    await database.write('DELETE FROM dispute WHERE dispute_id = ?', [disputeId])
  }
}

/** A file without lines and a break that holds nothing, for as long as the work takes. */
async function withFileAndBreak(work: (fileId: string, breakId: string) => Promise<void>): Promise<void> {
  const fileId = 'rcf_01M80000000000000000000000'
  const breakId = 'brk_01M80000000000000000000000'
  const at = new Date('2026-01-02')
  await database.write('INSERT INTO recon_file (file_id, source_id, name, sha256, state, received_at) VALUES (?)', [
    [fileId, 'acquirer', 'seen.csv', '0'.repeat(64), 'REJECTED', at],
  ])
  await database.write(
    `INSERT INTO recon_break (break_id, subject, class, source_id, differences, booked, remaining, currency, opened_on, opened_at, closed_at,
       state, version, event_count) VALUES (?)`,
    [[breakId, 'seen', 'DATE', 'acquirer', '{}', 0, 0, 'KRW', at, at, at, 'RESOLVED', 0, 0]],
  )
  try {
    await work(fileId, breakId)
  } finally {
    await database.write('DELETE FROM recon_file WHERE file_id = ?', [fileId])
    await database.write('DELETE FROM recon_break WHERE break_id = ?', [breakId])
  }
}

describe('successes', () => {
  test('a purchase, its repeats and its refund', async () => {
    const body = authorizeBody()
    const { paymentId } = conforms('authorizePayment', await api.authorize(body), 201).json
    expect(conforms('authorizePayment', await api.authorize(body), 201).replayed).toBe(true)
    const capture = () => api.capture(paymentId, {}, key(`capture-${paymentId}`))
    conforms('capturePayment', await capture(), 200)
    expect(conforms('capturePayment', await capture(), 200).replayed).toBe(true)
    await until(
      async () => {
        const { ledgerEntries, events } = (await api.payment(paymentId)).json
        return ledgerEntries.length === 2 && events.every((event: { publishedAt: unknown }) => event.publishedAt)
      },
      { what: 'the fee and the published events', deadlineMs: 90_000 },
    )
    conforms('getPayment', await api.payment(paymentId), 200)
    conforms('refundPayment', await api.refund(paymentId, { reason: '변심' }, key()), 200)
    conforms('getPayment', await api.payment(paymentId, { 'accept-language': 'ko' }), 200)
    conforms('listOperations', await api.operations(paymentId), 200)
  })

  test('parts, a void, and both in one call', async () => {
    const { paymentId } = await authorized(api)
    const part = { amount: 1_000, finalCapture: false }
    conforms('capturePayment', await api.capture(paymentId, part, key()), 200)
    conforms('voidPayment', await api.void(paymentId, { reason: '품절' }, key()), 200)
    conforms('refundPayment', await api.refund(paymentId, { amount: 1 }, key()), 200)
    conforms('authorizePayment', await api.authorize(authorizeBody({ capture: true, orderId: 'order-1' })), 201)
  })

  test('pages of payments', async () => {
    const merchantId = newMerchant()
    await authorized(api, { merchantId })
    await captured(api, { merchantId })
    const page = conforms('listPayments', await api.get(`/payments?merchantId=${merchantId}&limit=1`), 200)
    const { nextCursor } = page.json
    conforms('listPayments', await api.get(`/payments?merchantId=${merchantId}&limit=1&cursor=${nextCursor}`), 200)
  })

  test('what became of a key', async () => {
    const { merchantId, idempotencyKey = '', ...rest } = authorizeBody()
    conforms('authorizePayment', await api.authorize({ merchantId, idempotencyKey, ...rest }), 201)
    conforms('getIdempotency', await api.usedKey(merchantId, idempotencyKey), 200)
  })

  test('the system about itself', async () => {
    conforms('getLiveness', await api.get('/health/live'), 200)
    conforms('getReadiness', await api.get('/health/ready'), 200)
    conforms('getInvariants', await api.get('/invariants'), 200)
    await captured(api)
    conforms('listAccounts', await api.get('/ledger/accounts?prefix=merchant_payable:&limit=2'), 200)
    conforms('getAccount', await api.get('/ledger/accounts/acquirer_receivable'), 200)
    await withBatch(async batchId => {
      conforms('listSettlements', await api.get('/settlements?limit=2'), 200)
      conforms('getSettlement', await api.get(`/settlements/${batchId}`), 200)
      conforms('listSettlementItems', await api.get(`/settlements/${batchId}/items`), 200)
    })
    conforms('listPayouts', await api.get('/payouts?limit=2'), 200)
    await withDispute(async disputeId => {
      conforms('listDisputes', await api.get('/disputes?limit=2'), 200)
      conforms('getDispute', await api.get(`/disputes/${disputeId}`), 200)
    })
    await withFileAndBreak(async (fileId, breakId) => {
      conforms('listReconFiles', await api.get('/reconciliation/files?limit=2'), 200)
      conforms('getReconFile', await api.get(`/reconciliation/files/${fileId}`), 200)
      conforms('listBreaks', await api.get('/reconciliation/breaks?limit=2'), 200)
      conforms('getBreak', await api.get(`/reconciliation/breaks/${breakId}`), 200)
    })
    conforms('getMetrics', await api.get('/metrics'), 200)
    conforms('advanceClock', await advance(api), 200)
    conforms('getDocs', await api.get('/docs'), 200)
    const { json } = conforms('getApiDescription', await api.get('/openapi.json'), 200)
    expect(json.servers[0].url).toBe(system.apiUrl)
    expect(Object.keys(json.paths)).toEqual(Object.keys(description.paths))
  })
})

describe('refusals', () => {
  let paymentId: string
  beforeAll(async () => {
    paymentId = (await captured(api)).paymentId
  })

  test.each(mutations)('%s: 400, 413, 415', async name => {
    const mutate = send[name](paymentId)
    conforms(name, await mutate(api, { amount: 0, unknown: 1 }), 400, 'VALIDATION_FAILED')
    conforms(name, await mutate(api, '{'), 400, 'VALIDATION_FAILED')
    conforms(name, await mutate(api, tooLarge), 413, 'PAYLOAD_TOO_LARGE')
    conforms(name, await mutate(api, 'a=b', { 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE')
  })

  test('the sandbox clock: 400, 413, 415', async () => {
    conforms('advanceClock', await advance(api, { advance: 'P1M' }), 400, 'VALIDATION_FAILED')
    conforms('advanceClock', await advance(api, { advance: 'P1D', ...tooLarge }), 413, 'PAYLOAD_TOO_LARGE')
    conforms('advanceClock', await advance(api, 'a=b', { 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE')
  })

  test('an unknown route is a 404 of the same shape', async () => {
    const reply = await api.get('/no/such/route')
    expect(openApi.bodyProblems('getPayment', reply.status, mediaTypeOf(reply), reply.json)).toEqual([])
    expect(reply.json.code).toBe('NOT_FOUND')
  })

  test('a payment that is not there', async () => {
    conforms('capturePayment', await api.capture(NO_SUCH_PAYMENT), 404, 'NOT_FOUND')
    conforms('refundPayment', await api.refund(NO_SUCH_PAYMENT), 404, 'NOT_FOUND')
    conforms('voidPayment', await api.void(NO_SUCH_PAYMENT), 404, 'NOT_FOUND')
    conforms('getPayment', await api.payment(NO_SUCH_PAYMENT), 404, 'NOT_FOUND')
    conforms('listOperations', await api.operations('nonsense'), 404, 'NOT_FOUND')
  })

  test('a key that nobody used', async () => {
    conforms('getIdempotency', await api.usedKey(newMerchant(), newKey()), 404, 'NOT_FOUND')
  })

  test('an account without an entry', async () => {
    conforms('getAccount', await api.get(`/ledger/accounts/merchant_payable:${newMerchant()}`), 404, 'NOT_FOUND')
  })

  test('a settlement batch that is not there', async () => {
    conforms('getSettlement', await api.get(`/settlements/${NO_SUCH_BATCH}`), 404, 'NOT_FOUND')
    conforms('listSettlementItems', await api.get(`/settlements/${NO_SUCH_BATCH}/items`), 404, 'NOT_FOUND')
  })

  test('a dispute that is not there', async () => {
    conforms('getDispute', await api.get(`/disputes/${NO_SUCH_DISPUTE}`), 404, 'NOT_FOUND')
  })

  test('a file and a break of reconciliation that are not there', async () => {
    conforms('getReconFile', await api.get(`/reconciliation/files/${NO_SUCH_FILE}`), 404, 'NOT_FOUND')
    conforms('getBreak', await api.get(`/reconciliation/breaks/${NO_SUCH_BREAK}`), 404, 'NOT_FOUND')
  })

  test('a query that is wrong', async () => {
    conforms('listPayments', await api.get('/payments?limit=0&status=PAID&sort=up'), 400, 'VALIDATION_FAILED')
    conforms('getIdempotency', await api.get('/idempotency?key=a%20b'), 400, 'VALIDATION_FAILED')
    conforms('listAccounts', await api.get('/ledger/accounts?cursor=x'), 400, 'VALIDATION_FAILED')
    conforms('getAccount', await api.get('/ledger/accounts/cash?at=now'), 400, 'VALIDATION_FAILED')
    conforms('listSettlements', await api.get('/settlements?soldFrom=today'), 400, 'VALIDATION_FAILED')
    conforms(
      'listSettlementItems',
      await api.get(`/settlements/${NO_SUCH_BATCH}/items?limit=0`),
      400,
      'VALIDATION_FAILED',
    )
    conforms('listPayouts', await api.get('/payouts?state=DONE'), 400, 'VALIDATION_FAILED')
    conforms('listDisputes', await api.get('/disputes?state=DONE'), 400, 'VALIDATION_FAILED')
    conforms('listReconFiles', await api.get('/reconciliation/files?state=OPEN'), 400, 'VALIDATION_FAILED')
    conforms('listBreaks', await api.get('/reconciliation/breaks?class=OVER'), 400, 'VALIDATION_FAILED')
  })

  test('the acquirer says no', async () => {
    const declined = authorizeBody({ paymentMethod: 'tok_decline' })
    conforms('authorizePayment', await api.authorize(declined), 402, 'PAYMENT_DECLINED')
    const held = await authorized(api, { paymentMethod: 'tok_capture_decline' })
    conforms('capturePayment', await api.capture(held.paymentId, {}, key()), 402, 'PAYMENT_DECLINED')
    const kept = await authorized(api, { paymentMethod: 'tok_void_decline' })
    conforms('voidPayment', await api.void(kept.paymentId, {}, key()), 402, 'PAYMENT_DECLINED')
    const taken = await captured(api, { paymentMethod: 'tok_refund_decline' })
    conforms('refundPayment', await api.refund(taken.paymentId, {}, key()), 402, 'PAYMENT_DECLINED')
  })

  test('the state or the amount forbids it', async () => {
    const held = await authorized(api)
    conforms('refundPayment', await api.refund(held.paymentId, {}, key()), 409, 'REFUND_CONFLICT')
    const more = { amount: 2_000_000 }
    conforms('capturePayment', await api.capture(held.paymentId, more, key()), 409, 'CAPTURE_CONFLICT')
    conforms('capturePayment', await api.capture(paymentId), 409, 'CAPTURE_CONFLICT')
    conforms('refundPayment', await api.refund(paymentId, more, key()), 409, 'REFUND_CONFLICT')
    conforms('voidPayment', await api.void(paymentId), 409, 'VOID_CONFLICT')
  })

  test('a key that was used for another request', async () => {
    const body = authorizeBody()
    const held = conforms('authorizePayment', await api.authorize(body), 201).json
    conforms('authorizePayment', await api.authorize({ ...body, amount: 1 }), 422, 'DUPLICATE_REQUEST')
    const used = key(body.idempotencyKey)
    conforms('capturePayment', await api.capture(held.paymentId, {}, used), 422, 'DUPLICATE_REQUEST')
    conforms('refundPayment', await api.refund(held.paymentId, {}, used), 422, 'DUPLICATE_REQUEST')
    conforms('voidPayment', await api.void(held.paymentId, {}, used), 422, 'DUPLICATE_REQUEST')
  })

  test('what is in progress', async () => {
    const body = authorizeBody({ paymentMethod: 'tok_slow' })
    const first = api.authorize(body)
    const pending = await until(async () => (await api.get(`/payments?merchantId=${body.merchantId}`)).json.items[0], {
      what: 'the payment in progress',
      deadlineMs: 2_500,
    })
    const inProgress = await Promise.all([
      api.authorize(body),
      api.capture(pending.paymentId),
      api.refund(pending.paymentId),
      api.payment(pending.paymentId),
    ])
    const [again, capture, refund, payment] = inProgress as [Reply, Reply, Reply, Reply]
    conforms('authorizePayment', again, 409, 'DUPLICATE_REQUEST')
    conforms('capturePayment', capture, 409, 'CAPTURE_CONFLICT')
    conforms('refundPayment', refund, 409, 'REFUND_CONFLICT')
    expect(conforms('getPayment', payment, 200).json.pendingOperation.kind).toBe('authorize')
    for (const { headers } of inProgress.slice(0, 3)) expect(headers['retry-after']).toBe('1')
    conforms('authorizePayment', await first, 201)
  })
})

describe('an API whose acquirer is slow, whose authorizations expire at once, and which rejects repeats', () => {
  let extra: ExtraApi
  beforeAll(async () => {
    extra = await startExtraApi({
      name: 'openapi-strict',
      env: { ACQUIRER_TIMEOUT_MS: '100', CAPTURE_WINDOW_MS: '1', DUPLICATE_POLICY: 'reject' },
    })
  })
  afterAll(() => extra?.stop())

  test('503 until the outcome is known', async () => {
    const reply = await extra.api.authorize(authorizeBody({ paymentMethod: 'tok_slow' }))
    conforms('authorizePayment', reply, 503, 'OUTCOME_UNKNOWN')
    const held = async (paymentMethod: string) => (await authorized(api, { paymentMethod })).paymentId
    const kept = await held('tok_capture_timeout_after')
    conforms('capturePayment', await extra.api.capture(kept, {}, key()), 503, 'OUTCOME_UNKNOWN')
    const voided = await held('tok_void_timeout_after')
    conforms('voidPayment', await extra.api.void(voided, {}, key()), 503, 'OUTCOME_UNKNOWN')
    const taken = await captured(api, { paymentMethod: 'tok_refund_timeout_after' })
    conforms('refundPayment', await extra.api.refund(taken.paymentId, {}, key()), 503, 'OUTCOME_UNKNOWN')
  })

  test('409 for a capture that comes too late', async () => {
    const { paymentId } = await authorized(extra.api)
    const { json } = conforms('capturePayment', await extra.api.capture(paymentId), 409, 'CAPTURE_CONFLICT')
    expect(json.details.reason).toBe('expired')
  })

  test('409 for a repeat that is finished', async () => {
    const { paymentId } = await captured(api)
    const held = await authorized(api)
    const [body, captureKey, refundKey, voidKey] = [authorizeBody(), key(), key(), key()]
    for (const [name, mutate] of [
      ['authorizePayment', () => extra.api.authorize(body)],
      ['capturePayment', () => extra.api.capture(paymentId, {}, captureKey)],
      ['refundPayment', () => extra.api.refund(paymentId, {}, refundKey)],
      ['voidPayment', () => extra.api.void(held.paymentId, {}, voidKey)],
    ] as const) {
      await mutate()
      const { json } = conforms(name, await mutate(), 409, 'DUPLICATE_REQUEST')
      expect(json.details.reason).toBe('finished')
    }
  })
})

const limitedRoutes = (to: PaymentApi): Array<[RouteName, () => Promise<Reply>]> => [
  ['authorizePayment', () => to.authorize(authorizeBody())],
  ['capturePayment', () => to.capture(NO_SUCH_PAYMENT)],
  ['refundPayment', () => to.refund(NO_SUCH_PAYMENT)],
  ['voidPayment', () => to.void(NO_SUCH_PAYMENT)],
  ['getPayment', () => to.payment(NO_SUCH_PAYMENT)],
  ['listOperations', () => to.operations(NO_SUCH_PAYMENT)],
  ['listPayments', () => to.get('/payments')],
  ['getIdempotency', () => to.usedKey(newMerchant(), newKey())],
  ['listAccounts', () => to.get('/ledger/accounts')],
  ['getAccount', () => to.get('/ledger/accounts/cash')],
  ['listSettlements', () => to.get('/settlements')],
  ['getSettlement', () => to.get(`/settlements/${NO_SUCH_BATCH}`)],
  ['listSettlementItems', () => to.get(`/settlements/${NO_SUCH_BATCH}/items`)],
  ['listPayouts', () => to.get('/payouts')],
  ['listDisputes', () => to.get('/disputes')],
  ['getDispute', () => to.get(`/disputes/${NO_SUCH_DISPUTE}`)],
  ['listReconFiles', () => to.get('/reconciliation/files')],
  ['getReconFile', () => to.get(`/reconciliation/files/${NO_SUCH_FILE}`)],
  ['listBreaks', () => to.get('/reconciliation/breaks')],
  ['getBreak', () => to.get(`/reconciliation/breaks/${NO_SUCH_BREAK}`)],
  ['getInvariants', () => to.get('/invariants')],
]

const brokenApis: Array<{ state: string; env: Record<string, string>; status: number; code: string }> = [
  {
    state: 'without MariaDB',
    env: { DATABASE_URL: `mysql://pay:pay@${NOWHERE}/paydb` },
    status: 503,
    code: 'SERVICE_UNAVAILABLE',
  },
  {
    state: 'with an environment that does not fit',
    env: { DUPLICATE_POLICY: 'maybe' },
    status: 500,
    code: 'INTERNAL_ERROR',
  },
]

describe.each(brokenApis)('an API $state', ({ state, env, status, code }) => {
  let extra: ExtraApi
  beforeAll(async () => {
    extra = await startExtraApi({ name: `openapi-${status}`, env })
  })
  afterAll(() => extra?.stop())

  test(`answers ${status} ${code} wherever it is needed`, async () => {
    for (const [name, send] of limitedRoutes(extra.api)) conforms(name, await send(), status, code)
    conforms('advanceClock', await advance(extra.api), status, code)
  })

  test('says whether it is alive and ready', async () => {
    conforms('getLiveness', await extra.api.get('/health/live'), 200)
    const { json } = conforms('getReadiness', await extra.api.get('/health/ready'), 503)
    expect([state, json.status]).toEqual([state, 'down'])
  })
})

describe('an API whose limits are used up', () => {
  // Without Redis it counts alone: its address is that of everybody else here.
  const once = { ip: { perSecond: 0.001, burst: 1 } }
  let extra: ExtraApi
  beforeAll(async () => {
    const env = { REDIS_URL: `redis://${NOWHERE}/0`, RATE_LIMITS: JSON.stringify({ mutations: once, reads: once }) }
    extra = await startExtraApi({ name: 'openapi-limited', env })
  })
  afterAll(() => extra?.stop())

  test('429 on every route that is limited', async () => {
    conforms('authorizePayment', await extra.api.authorize(authorizeBody()), 201)
    conforms('listPayments', await extra.api.get('/payments'), 200)

    for (const [name, send] of limitedRoutes(extra.api)) conforms(name, await send(), 429, 'RATE_LIMITED')
  })
})

/**
 * These routes ask nothing that can fail. The sandbox clock is met under way,
 * and outside the sandbox, by the tests of its handler.
 */
const cannotBeProvoked = [
  ...(['getLiveness', 'getReadiness', 'getMetrics', 'getApiDescription', 'getDocs'] as const).map(
    name => `${name} 500 INTERNAL_ERROR`,
  ),
  'advanceClock 202',
  'advanceClock 404 NOT_FOUND',
]

test('nothing that is described went unseen', () => {
  const described = routeNames.flatMap(name => {
    const { answers, refusals: refused } = contractOf(name)
    return [
      ...Object.keys(answers).map(status => `${name} ${status}`),
      ...refused.map(one => `${name} ${refusals[one].statusCode} ${refusals[one].body.shape.code.value}`),
    ]
  })

  expect(described.filter(one => !met.has(one)).sort()).toEqual([...cannotBeProvoked].sort())
})
