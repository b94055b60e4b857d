/** Requests by chance against every route: whatever is sent, no 5xx, and every refusal in the one shape of errors. */
import { describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { expectAnyError, expectAnyRead, expectMutation } from '../support/contract.ts'
import { PaymentApi, type Reply, type Sent } from '../support/http.ts'
import { authorized, newMerchant } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(300_000)

const api = new PaymentApi(systemUnderTest().apiUrl)
const seed = Number(process.env.FUZZ_SEED ?? 20_250_601)
const merchantId = newMerchant('fuzz')

function judge(sent: Sent, reply: Reply): void {
  if (reply.status >= 500) throw new Error(`HTTP ${reply.status}: ${reply.text}`)
  if (sent.method === 'HEAD') return
  if (reply.status >= 400) expectAnyError(reply)
  else expectSuccess(sent, reply)
}

/** Paths such as `/nothing/../payments` reach a route, too; then the answer is one of those that there are. */
function expectSuccess({ method, path }: Sent, reply: Reply): void {
  if (method === 'POST') expectMutation(reply, reply.status === 201 ? 201 : 200)
  else if (/health|metrics/.test(path)) expect(reply.status).toBe(200)
  else expectAnyRead(reply)
}

/** Runs the property and, on failure, says the seed and the smallest request that breaks it. */
const hold = async (runs: number, requests: fc.Arbitrary<Sent>): Promise<void> => {
  console.log(`fuzz: seed ${seed}, ${runs} requests; FUZZ_SEED=… chooses another`)
  const property = fc.asyncProperty(requests, async sent => judge(sent, await api.send(sent)))
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: true })
}

/** Mostly right, so that a request gets far enough to be wrong in one place only. */
const nearly = (right: fc.Arbitrary<unknown>, wrong: fc.Arbitrary<unknown> = fc.jsonValue()): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: wrong })

const extraFields = nearly(fc.constant({}), fc.object()) as fc.Arbitrary<object>

/** Bodies that are almost right, any JSON, any text, any bytes. */
const body = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fc.record(fields), extraFields).map(([known, extra]) => ({ ...extra, ...known })),
    },
    { weight: 2, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)) },
  )

const authorizeFields = {
  merchantId: nearly(fc.constant(merchantId)),
  amount: nearly(fc.integer({ min: 1, max: 999_999_999_999 }), fc.oneof(fc.integer(), fc.double(), fc.jsonValue())),
  currency: nearly(fc.constantFrom('KRW', 'USD', 'JPY'), fc.string()),
  idempotencyKey: nearly(fc.oneof(fc.uuid(), fc.constantFrom('key-1', 'key-2')), fc.string({ maxLength: 70 })),
  paymentMethod: nearly(fc.constantFrom('tok_approve', 'tok_decline')),
}
const changeFields = {
  amount: nearly(fc.constantFrom(1_000, 999, 1_001)),
  merchantId: nearly(fc.constantFrom(merchantId, 'somebody-else')),
}
const captureFields = { ...changeFields, finalCapture: nearly(fc.boolean()) }
const refundFields = { ...changeFields, reason: nearly(fc.string({ unit: 'grapheme', maxLength: 140 })) }

/** What Node's client lets into a header: printable characters of Latin-1. */
const headerValue = fc
  .array(
    fc.integer({ min: 0x20, max: 0xff }).filter(code => code !== 0x7f),
    { maxLength: 80 },
  )
  .map(codes => String.fromCharCode(...codes))

const otherHeaders = fc.record(
  {
    'content-type': fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('application/json', 'application/json; charset=utf-8') },
      { weight: 1, arbitrary: fc.constantFrom('text/plain', 'application/xml', 'application/json; charset=latin1') },
      { weight: 1, arbitrary: headerValue },
    ),
    'accept-language': fc.oneof(fc.constantFrom('ko', 'en', 'ko;q=x', ';;,'), headerValue),
    'x-request-id': fc.oneof(fc.uuid(), headerValue),
    traceparent: headerValue,
    accept: headerValue,
    cookie: headerValue,
    range: headerValue,
    origin: headerValue,
    expect: headerValue,
    'content-encoding': fc.oneof(
      { weight: 9, arbitrary: fc.constant('identity') },
      { weight: 1, arbitrary: headerValue },
    ),
  },
  { requiredKeys: [] },
)

const keyHeader = fc
  .oneof({ weight: 4, arbitrary: fc.uuid() }, { weight: 1, arbitrary: fc.oneof(fc.constant('"key-2"'), headerValue) })
  .map(key => ({ 'idempotency-key': key }))

/** With a key in one request of so many. */
const headers = (oneIn: number): fc.Arbitrary<Record<string, string>> =>
  fc
    .tuple(
      otherHeaders,
      fc.oneof({ weight: 1, arbitrary: keyHeader }, { weight: oneIn - 1, arbitrary: fc.constant({}) }),
    )
    .map(parts => Object.assign({}, ...parts))

const segment = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map(encodeURIComponent),
  fc.constantFrom('..', '.', '%00', '%2e%2e', '%ZZ', 'pay_', 'authorize', 'operations', '%F0%9F%92%B8'),
)
const query = fc
  .dictionary(
    fc.oneof(fc.constantFrom('merchantId', 'status', 'limit', 'cursor', '__proto__'), fc.string({ maxLength: 10 })),
    fc.oneof(fc.constantFrom('10', '-1', 'COMPLETED', merchantId), fc.string({ unit: 'grapheme', maxLength: 60 })),
    { maxKeys: 4 },
  )
  .map(parameters => new URLSearchParams(parameters).toString())

const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS')

describe('by chance', () => {
  test('authorizations', async () => {
    const requests = fc.record({
      method: fc.constant('POST'),
      path: fc.constant('/payments/authorize'),
      headers: headers(8),
      body: body(authorizeFields),
    })
    await hold(120, requests)
  })

  test.each([
    ['capture', captureFields],
    ['refund', refundFields],
  ])('%ss of a real payment', async (change, fields) => {
    const { paymentId } = await authorized(api, { merchantId, amount: 1_000 })
    if (change === 'refund') expectMutation(await api.capture(paymentId), 200)
    const requests = fc.record({
      method: fc.constant('POST'),
      path: fc.constant(`/payments/${change}/${paymentId}`),
      headers: headers(2),
      body: body(fields),
    })
    await hold(50, requests)
  })

  test('lists', async () => {
    const requests = fc.record({
      method: fc.constant('GET'),
      path: query.map(text => `/payments?${text}`),
      headers: headers(8),
    })
    await hold(40, requests)
  })

  test('methods and paths', async () => {
    const paths = fc.oneof(
      segment.map(id => `/payments/${id}`),
      segment.map(id => `/payments/${id}/operations`),
      segment.map(id => `/payments/capture/${id}`),
      segment.map(id => `/payments/refund/${id}`),
      fc.array(segment, { maxLength: 4 }).map(parts => `/${parts.join('/')}`),
      fc.constantFrom('/health/live', '/health/ready', '/payments', '//', '/payments//operations', '/payments/'),
    )
    await hold(60, fc.record({ method, path: paths, headers: headers(8) }))
  })
})
