/** POST /operator/payments/{paymentId}/refund, from the console's request to its answer. The other mutations of the console are made alike. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { OperatorRole } from '../../shared/contracts/lists.ts'
import { sampleWrite } from '../../shared/contracts/operator-write.ts'
import { mutationView } from '../../shared/contracts/payment.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { ask, createConsoleOf } from '../../test/unit/console-fakes.ts'
import { jsonOf } from '../../test/unit/http-fakes.ts'
import { createHandler as createCapture } from './operator-capture.ts'
import { createHandler as createRefund } from './operator-refund.ts'
import { createHandler as createVoid } from './operator-void.ts'

const ROUTE = 'POST /operator/payments/{paymentId}/refund'
const NO_SUCH_PAYMENT = 'pay_01M80000000000000000000000'

let made: Awaited<ReturnType<typeof createConsoleOf>>
let paymentId: string

async function begin(role: OperatorRole, capture = true): Promise<void> {
  made = await createConsoleOf(role)
  const request = authorizeRequestOf({ capture })
  ;({ paymentId } = bodyIn(await authorizePayment(made.books, request, claimOf('key-0', request), caller)))
  made.books.acquirer.calls.length = 0
}
beforeEach(() => begin('operator'))

const refund = (body: object = {}, given: { headers?: Record<string, string>; paymentId?: string } = {}) =>
  ask(createRefund(made.ports), {
    route: ROUTE,
    pathParameters: { paymentId: given.paymentId ?? paymentId },
    headers: given.headers ?? made.headers,
    body: { ...sampleWrite, ...body },
  })

describe(ROUTE, () => {
  test('200 with the payment, once for each key', async () => {
    const first = await refund({ amount: 4_000 })
    const again = await refund({ amount: 4_000 })

    expect(first.statusCode).toBe(200)
    expect(mutationView.parse(jsonOf(first))).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedAmount: 4_000 })
    expect(first.headers).not.toHaveProperty(['idempotent-replayed'])
    expect(first.headers['idempotency-expires']).toMatch(/^\d{4}-/)
    expect(again).toMatchObject({ statusCode: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } })
    expect(made.books.acquirer.asked).toEqual(['submit'])
    expect(made.auditLog.entries).toEqual([
      {
        actor: 'lee',
        action: 'payment.refund-asked',
        subject: paymentId,
        reason: sampleWrite.reason,
        details: { amount: 4_000, key: sampleWrite.key },
      },
    ])
  })

  test('a repeat is answered also where merchants’ repeats are refused', async () => {
    made.ports.duplicates = 'reject'
    await refund()

    expect((await refund()).statusCode).toBe(200)
  })

  test('200 without an amount: all that is left, and none is noted', async () => {
    expect(jsonOf(await refund())).toMatchObject({ status: 'REFUNDED' })
    expect(made.auditLog.entries).toMatchObject([{ details: { amount: null } }])
  })

  test('403 for a viewer, of whom nothing is noted', async () => {
    await begin('viewer')
    const result = await refund()

    expect([result.statusCode, jsonOf(result).details]).toEqual([403, { reason: 'role', needed: 'operator' }])
    expect(made.books.acquirer.asked).toEqual([])
    expect(made.auditLog.entries).toEqual([])
  })

  test('401 when nobody is signed in, 403 for what is not from the console', async () => {
    expect((await refund({}, { headers: {} })).statusCode).toBe(401)
    expect((await refund({}, { headers: { ...made.headers, origin: 'https://evil.example' } })).statusCode).toBe(403)
    expect(made.books.acquirer.asked).toEqual([])
  })

  test('400 without key or reason, 404 for a payment that there is not', async () => {
    const result = await refund({ key: undefined, reason: undefined })

    expect(result.statusCode).toBe(400)
    expect(jsonOf(result).details.problems.map(({ path }: { path: string }) => path)).toEqual(['/key', '/reason'])
    expect((await refund({}, { paymentId: NO_SUCH_PAYMENT })).statusCode).toBe(404)
    expect(made.auditLog.entries).toEqual([])
  })

  test('402 and 409 as the public route answers them', async () => {
    made.books.acquirer.script.submit.push({ kind: 'declined', reason: 'not_today' })

    expect((await refund()).statusCode).toBe(402)
    const tooMuch = await refund({ key: sampleWrite.key.replace('Z', '0'), amount: 10_001 })
    expect([tooMuch.statusCode, jsonOf(tooMuch).details]).toEqual([
      409,
      { reason: 'amount', status: 'COMPLETED', remaining: 10_000 },
    ])
  })

  test('422 for another request under the same key', async () => {
    await refund({ amount: 1 })
    const other = await refund({ amount: 2 })

    expect([other.statusCode, jsonOf(other).details.differences]).toEqual([422, ['/amount']])
  })

  test('429 beyond the limit of mutations', async () => {
    made.ports.limiter.refusing = 'ip'

    expect((await refund()).statusCode).toBe(429)
    expect(made.ports.limiter.charges.at(-1)).toMatchObject({ routeClass: 'mutations' })
  })

  test('503 when the acquirer’s answer is not known, and the repeat finds it out', async () => {
    made.books.acquirer.script.submit.push({ kind: 'unknown' })
    const unknown = await refund()
    made.books.acquirer.script.inquire.push({ kind: 'approved' })

    expect([unknown.statusCode, jsonOf(unknown).code]).toEqual([503, 'OUTCOME_UNKNOWN'])
    expect(jsonOf(await refund())).toMatchObject({ status: 'REFUNDED' })
    expect(made.auditLog.entries).toHaveLength(1)
  })

  test('503 when the database is away', async () => {
    made.books.transactions.away = true

    expect((await refund()).statusCode).toBe(503)
  })
})

describe.each([
  [
    'capture',
    createCapture,
    { amount: 3_000, finalCapture: false },
    { status: 'PARTIALLY_CAPTURED', capturedAmount: 3_000 },
  ],
  ['void', createVoid, {}, { status: 'VOIDED' }],
] as const)('POST /operator/payments/{paymentId}/%s', (action, create, more, view) => {
  beforeEach(() => begin('operator', false))

  test('200 with the payment, and who asked', async () => {
    const result = await ask(create(made.ports), {
      route: `POST /operator/payments/{paymentId}/${action}`,
      pathParameters: { paymentId },
      headers: made.headers,
      body: { ...sampleWrite, ...more },
    })

    expect([result.statusCode, mutationView.parse(jsonOf(result))]).toMatchObject([200, view])
    expect(made.auditLog.entries).toMatchObject([
      { actor: 'lee', action: `payment.${action}-asked`, details: { ...more, key: sampleWrite.key } },
    ])
  })
})
