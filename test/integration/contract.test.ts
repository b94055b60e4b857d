/** The contract over HTTP: what each route answers when all is well, what is not there, and what every answer carries. */
import { describe, expect, jest, test } from '@jest/globals'
import { expectAnyError, expectDetail, expectError, expectMutation, expectOperations } from '../support/contract.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { authorizeBody, authorized, captured, newKey, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const api = new PaymentApi(systemUnderTest().apiUrl)
const UNKNOWN_PAYMENT = 'pay_00000000000000000000000000'
const HANGUL = /[가-힣]/

const PAYMENT_FIELDS = [
  'paymentId',
  'merchantId',
  'status',
  'amount',
  'currency',
  'orderId',
  'capturedAmount',
  'refundedAmount',
  'disputedAmount',
  'capturableAmount',
  'refundableAmount',
  'createdAt',
  'updatedAt',
  'captureBefore',
  'pendingOperation',
  'ledgerEntries',
  'message',
]
const ENTRY_FIELDS = ['entryId', 'type', 'debitAccount', 'creditAccount', 'amount', 'currency', 'occurredAt']

const fieldsOf = (value: object): string[] => Object.keys(value).sort()
const sorted = (...names: string[]): string[] => names.sort()

describe('a purchase', () => {
  test('an authorization holds the amount and captures nothing', async () => {
    const body = authorizeBody({ amount: 1_550_000, currency: 'KRW' })
    const reply = await api.authorize(body)
    const payment = expectMutation(reply, 201)

    expect(fieldsOf(payment)).toEqual(sorted(...PAYMENT_FIELDS, 'operationId'))
    expect(payment).toMatchObject({
      merchantId: body.merchantId,
      status: 'AUTHORIZED',
      amount: 1_550_000,
      currency: 'KRW',
      capturedAmount: 0,
      refundedAmount: 0,
      pendingOperation: null,
      ledgerEntries: [],
    })
    expect(Date.parse(payment.captureBefore ?? '')).toBeGreaterThan(Date.parse(payment.createdAt))
    expect(reply.headers['idempotent-replayed']).toBeUndefined()
  })

  test('a capture without an amount takes all and shows its ledger entry', async () => {
    const { paymentId, merchantId } = await authorized(api, { amount: 2_499, currency: 'USD' })
    const payment = expectMutation(await api.capture(paymentId), 200)

    expect(payment).toMatchObject({ paymentId, status: 'COMPLETED', capturedAmount: 2_499, refundedAmount: 0 })
    expect(payment.ledgerEntries).toHaveLength(1)
    expect(fieldsOf(payment.ledgerEntries[0]!)).toEqual(sorted(...ENTRY_FIELDS))
    expect(payment.ledgerEntries[0]).toMatchObject({
      type: 'capture',
      debitAccount: 'acquirer_receivable',
      creditAccount: `merchant_payable:${merchantId}`,
      amount: 2_499,
      currency: 'USD',
    })
  })

  test('a refund without an amount gives all of it back', async () => {
    const { paymentId, merchantId } = await captured(api, { amount: 70_000 })
    const payment = expectMutation(await api.refund(paymentId, { reason: '단순 변심' }), 200)

    expect(payment).toMatchObject({ status: 'REFUNDED', capturedAmount: 70_000, refundedAmount: 70_000 })
    expect(payment.ledgerEntries.find(entry => entry.type === 'refund')).toMatchObject({
      debitAccount: `merchant_payable:${merchantId}`,
      creditAccount: 'acquirer_receivable',
      amount: 70_000,
      currency: 'KRW',
    })
  })

  test('the whole amount, the merchant and finalCapture: true may be said outright', async () => {
    const { paymentId, merchantId } = await authorized(api, { amount: 5_000 })
    const capture = await api.capture(paymentId, { amount: 5_000, merchantId, finalCapture: true })
    expect(expectMutation(capture, 200).status).toBe('COMPLETED')

    const refund = await api.refund(paymentId, { amount: 5_000, merchantId }, { 'idempotency-key': newKey() })
    expect(expectMutation(refund, 200).status).toBe('REFUNDED')
  })

  test.each([
    ['the smallest amount', { amount: 1 }],
    ['the largest amount', { amount: 999_999_999_999 }],
    ['a merchant id of 32 characters', { merchantId: `${newMerchant()}0123456789`.slice(0, 32).padEnd(32, '~') }],
    ['a key of 300 characters', { idempotencyKey: `${newKey()}!"#$%&'()*+,-./:;<=>?@[]`.padEnd(300, '~') }],
    ['a token by name', { paymentMethod: 'tok_approve' }],
    ['a currency with three decimals', { currency: 'KWD' }],
  ])('an authorization takes %s', async (_, given) => {
    expect((await authorized(api, given)).status).toBe('AUTHORIZED')
  })
})

describe('reads', () => {
  test('a payment shows its entries and its events in their order', async () => {
    const { paymentId } = await captured(api)
    const payment = expectDetail(await api.payment(paymentId))

    expect(fieldsOf(payment)).toEqual(sorted(...PAYMENT_FIELDS, 'events'))
    expect(payment.events.map(event => [event.sequence, event.type])).toEqual([
      [1, 'payment.authorized'],
      [2, 'payment.captured'],
    ])
    expect(fieldsOf(payment.events[0]!)).toEqual(['createdAt', 'eventId', 'publishedAt', 'sequence', 'type'])
  })

  test('the operations of a payment tell what was asked, when, and what came of it', async () => {
    const { paymentId } = await captured(api, { amount: 9_900 })
    await api.refund(paymentId, { reason: 'broken' })
    const { operations, ...rest } = expectOperations(await api.operations(paymentId))

    expect(rest).toEqual({ paymentId })
    expect(operations.map(({ kind, state, amount, reason }) => ({ kind, state, amount, reason }))).toEqual([
      { kind: 'authorize', state: 'SUCCEEDED', amount: 9_900, reason: null },
      { kind: 'capture', state: 'SUCCEEDED', amount: 9_900, reason: null },
      { kind: 'refund', state: 'SUCCEEDED', amount: 9_900, reason: 'broken' },
    ])
    for (const operation of operations) expect(operation.finishedAt).not.toBeNull()
  })

  test('a declined payment is shown with its declined operation', async () => {
    const declined = await api.authorize(authorizeBody({ paymentMethod: 'tok_decline' }))
    const { paymentId = '' } = expectError(declined, 402, 'PAYMENT_DECLINED')

    expect(expectDetail(await api.payment(paymentId))).toMatchObject({ status: 'DECLINED', capturedAmount: 0 })
    expect(expectOperations(await api.operations(paymentId)).operations).toMatchObject([
      { kind: 'authorize', state: 'DECLINED' },
    ])
  })

  test('health says that the process lives and how each dependency is', async () => {
    expect((await api.get('/health/live')).status).toBe(200)
    const ready = await api.get('/health/ready')
    expect(ready.status).toBe(200)
    expect(Object.keys(ready.json.dependencies).sort()).toEqual(['acquirer', 'kafka', 'mariadb', 'redis'])
  })

  test('metrics are Prometheus text', async () => {
    const reply = await api.get('/metrics')
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toMatch(/^text\/plain/)
    expect(reply.text).toMatch(/^# TYPE \S+ (counter|gauge|histogram)$/m)
  })
})

describe('what is not there', () => {
  test.each([
    ['GET', '/'],
    ['GET', '/nothing/here'],
    ['GET', '/payments/authorize'],
    ['PUT', '/payments/authorize'],
    ['DELETE', '/payments'],
    ['PATCH', `/payments/capture/${UNKNOWN_PAYMENT}`],
    ['POST', '/payments'],
    ['POST', '/health/live'],
    ['OPTIONS', '/payments/authorize'],
    ['GET', `/payments/${UNKNOWN_PAYMENT}/nothing`],
  ])('no route: %s %s is a 404', async (method, path) => {
    expectError(await api.send({ method, path }), 404, 'NOT_FOUND')
  })

  const paymentRoutes: [string, (paymentId: string) => Promise<Reply>][] = [
    ['GET payment', paymentId => api.payment(paymentId)],
    ['GET operations', paymentId => api.operations(paymentId)],
    ['capture', paymentId => api.capture(paymentId)],
    ['capture with a key', paymentId => api.capture(paymentId, {}, { 'idempotency-key': newKey() })],
    ['refund', paymentId => api.refund(paymentId)],
    ['refund with a key', paymentId => api.refund(paymentId, { amount: 1 }, { 'idempotency-key': newKey() })],
  ]

  test.each(paymentRoutes)('%s of an unknown payment is a 404', async (_, ask) => {
    expectError(await ask(UNKNOWN_PAYMENT), 404, 'NOT_FOUND')
  })

  test.each(paymentRoutes)('%s of an id that is none is a 404', async (_, ask) => {
    for (const id of [
      'pay_1',
      UNKNOWN_PAYMENT.toLowerCase(),
      'pay_8ZZZZZZZZZZZZZZZZZZZZZZZZZ',
      'op_1',
      '%F0%9F%92%B8',
      "'--",
    ])
      expectError(await ask(id), 404, 'NOT_FOUND')
  })

  test("another merchant's id in the body is a 404, as if the payment did not exist", async () => {
    const { paymentId, merchantId } = await captured(api)
    for (const other of [newMerchant(), merchantId.toUpperCase()]) {
      expectError(await api.capture(paymentId, { merchantId: other }), 404, 'NOT_FOUND')
      expectError(await api.refund(paymentId, { merchantId: other }), 404, 'NOT_FOUND')
      const keyed = await api.refund(paymentId, { merchantId: other }, { 'idempotency-key': newKey() })
      expectError(keyed, 404, 'NOT_FOUND')
    }
    expect(expectDetail(await api.payment(paymentId)).refundedAmount).toBe(0)
  })

  // Not stored: the key is free for the request that was meant.
  test('a 404 does not use up its key', async () => {
    const { paymentId } = await captured(api)
    const key = { 'idempotency-key': newKey() }
    expectError(await api.refund(paymentId, { merchantId: newMerchant() }, key), 404, 'NOT_FOUND')
    expect(expectMutation(await api.refund(paymentId, {}, key), 200).status).toBe('REFUNDED')
  })
})

describe('what every answer carries', () => {
  const everyRoute: [string, (headers: Record<string, string>) => Promise<Reply>][] = [
    ['authorize', headers => api.authorize(authorizeBody(), headers)],
    ['authorize refused', headers => api.authorize({}, headers)],
    ['capture refused', headers => api.capture(UNKNOWN_PAYMENT, {}, headers)],
    ['refund refused', headers => api.refund(UNKNOWN_PAYMENT, {}, headers)],
    ['payment', headers => api.payment(UNKNOWN_PAYMENT, headers)],
    ['operations', headers => api.operations(UNKNOWN_PAYMENT, headers)],
    ['list', headers => api.get('/payments?limit=1', headers)],
    ['live', headers => api.get('/health/live', headers)],
    ['ready', headers => api.get('/health/ready', headers)],
    ['metrics', headers => api.get('/metrics', headers)],
    ['no route', headers => api.get('/nowhere', headers)],
  ]

  test.each(everyRoute)("%s: the caller's request id comes back", async (_, ask) => {
    const requestId = `caller-${newKey()}`
    expect((await ask({ 'x-request-id': requestId })).headers['x-request-id']).toBe(requestId)
  })

  test.each(everyRoute)('%s: a request without an id gets one', async (_, ask) => {
    const [one, two] = [await ask({}), await ask({})]
    expect(one.headers['x-request-id']).toMatch(/^\S+$/)
    expect(one.headers['x-request-id']).not.toBe(two.headers['x-request-id'])
  })

  test.each(['two words', 'x'.repeat(1_000), '<script>', 'naïve', ''])(
    'the request id %j is replaced',
    async insane => {
      const reply = await api.payment(UNKNOWN_PAYMENT, { 'x-request-id': insane })
      expect(reply.headers['x-request-id']).toMatch(/^\S{1,128}$/)
      expect(reply.headers['x-request-id']).not.toBe(insane)
      expectError(reply, 404, 'NOT_FOUND')
    },
  )

  test.each([
    ['ko', true],
    ['ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', true],
    ['fr, ko;q=0.5, en;q=0.4', true],
    ['KO', true],
    ['en', false],
    ['en-US,en;q=0.9,ko;q=0.8', false],
    ['en;q=0.1, ko;q=0', false],
    ['fr', false],
    ['*', false],
    ['', false],
  ])('Accept-Language %j answers in Korean: %j', async (header, korean) => {
    const headers = { 'accept-language': header }
    const error = expectError(await api.payment(UNKNOWN_PAYMENT, headers), 404, 'NOT_FOUND')
    expect(HANGUL.test(error.message)).toBe(korean)
    const payment = expectMutation(await api.authorize(authorizeBody(), headers), 201)
    expect(HANGUL.test(payment.message)).toBe(korean)
  })

  test('without Accept-Language messages are English', async () => {
    expect(expectError(await api.get('/nowhere'), 404, 'NOT_FOUND').message).not.toMatch(HANGUL)
  })

  test('every refusal of a mutation has its own Korean and English sentence', async () => {
    const { paymentId } = await authorized(api)
    const refusals: ((headers: Record<string, string>) => Promise<Reply>)[] = [
      headers => api.authorize({}, headers),
      headers => api.authorize(authorizeBody({ paymentMethod: 'tok_decline' }), headers),
      headers => api.refund(paymentId, {}, headers),
      headers => api.authorize('x'.repeat(20_000), headers),
      headers => api.authorize('{}', { ...headers, 'content-type': 'text/plain' }),
    ]
    for (const ask of refusals) {
      const [korean, english] = [await ask({ 'accept-language': 'ko' }), await ask({ 'accept-language': 'en' })]
      expect(korean.status).toBe(english.status)
      expect(expectAnyError(korean).message).toMatch(HANGUL)
      expect(expectAnyError(english).message).not.toMatch(HANGUL)
    }
  })
})
