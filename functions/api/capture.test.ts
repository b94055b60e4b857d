/** POST /payments/capture/{paymentId}, from API Gateway's event to its answer. */
import { describe, expect, test } from '@jest/globals'
import { mutationView } from '../../shared/contracts/payment.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf } from '../../shared/payments/fakes.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, type HttpCall, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './capture.ts'

async function authorized(ports: HandlerPorts = createHandlerPorts()) {
  const outcome = await authorizePayment(ports, authorizeRequestOf(), claimOf('key-0'), caller)
  ports.acquirer.calls.length = 0
  const { paymentId } = bodyIn(outcome)
  const capture = async (given: Partial<HttpCall> = {}, remainingMs?: number) =>
    (await createHandler(ports)(
      httpEvent({ route: 'POST /payments/capture/{paymentId}', pathParameters: { paymentId }, ...given }) as never,
      contextOf(remainingMs),
    )) as HttpResult
  return { ports, paymentId, capture }
}

/** Puts this body into the answer that is stored under `key-1`. */
async function rewriteAnswers({ transactions, answers }: HandlerPorts, body: string): Promise<void> {
  await transactions.run('rewrite', tx =>
    answers.table.update(tx, 'shop key-1', row => ({
      ...row,
      finished: row.finished && { ...row.finished, answer: { ...row.finished.answer, body } },
    })),
  )
}

/** What a caller is told who does not learn the outcome: where it can be read. */
function unknownOf(ports: HandlerPorts) {
  const { paymentId, operationId } = ports.operations.table.rows().at(-1)!
  return { code: 'OUTCOME_UNKNOWN', paymentId, details: { operationId } }
}

describe('POST /payments/capture/{paymentId}', () => {
  test('200 without a body: all that is authorized', async () => {
    const { paymentId, capture } = await authorized()

    const result = await capture()

    expect(result.statusCode).toBe(200)
    expect(mutationView.parse(jsonOf(result))).toMatchObject({
      paymentId,
      status: 'COMPLETED',
      capturedAmount: 10_000,
      ledgerEntries: [{ type: 'capture' }],
    })
  })

  test.each([{ amount: 10_000 }, { finalCapture: true }, { merchantId: 'shop' }])('200 with %p', async body => {
    const { capture } = await authorized()

    expect((await capture({ body })).statusCode).toBe(200)
  })

  test('an answer that was stored before disputes were known is repeated as it was stored', async () => {
    const { ports, capture } = await authorized()
    const headers = { 'idempotency-key': 'key-1' }
    const { disputedAmount, ...before } = jsonOf(await capture({ headers }))
    expect(disputedAmount).toBe(0)
    const body = JSON.stringify(before)
    await rewriteAnswers(ports, body)
    ports.responses.away = true

    const again = await capture({ headers })

    expect(again).toMatchObject({ statusCode: 200, body, headers: { 'idempotent-replayed': 'true' } })
  })

  test('a repeat under a key is answered byte for byte, with and without the cache', async () => {
    const { ports, capture } = await authorized()
    const headers = { 'idempotency-key': 'key-1' }
    const first = await capture({ headers })

    const cached = await capture({ headers })
    ports.responses.away = true
    const stored = await capture({ headers })

    for (const again of [cached, stored])
      expect(again).toMatchObject({ statusCode: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('409 CAPTURE_CONFLICT for a repeat without a key', async () => {
    const { capture } = await authorized()
    await capture()

    const again = await capture()

    expect(again.statusCode).toBe(409)
    expect(jsonOf(again)).toMatchObject({
      code: 'CAPTURE_CONFLICT',
      details: { reason: 'status', status: 'COMPLETED', remaining: 0 },
    })
  })

  test('409 with Retry-After while another operation works on the payment', async () => {
    const { ports, capture, paymentId } = await authorized()
    const answerNow = ports.acquirer.hold('submit')
    const first = capture()
    await ports.acquirer.untilAsked(1)

    const second = await capture()
    answerNow({ kind: 'approved' })
    await first

    expect(second.statusCode).toBe(409)
    expect(second.headers['retry-after']).toBe('1')
    expect(jsonOf(second)).toMatchObject({
      code: 'CAPTURE_CONFLICT',
      paymentId,
      details: { reason: 'in_progress', status: 'AUTHORIZED' },
    })
  })

  test('422 for a key that was used on another route', async () => {
    const { capture } = await authorized()

    const result = await capture({ headers: { 'idempotency-key': 'key-0' } })

    expect(result.statusCode).toBe(422)
    expect(jsonOf(result).details.differences).toEqual(['/operation'])
  })

  test('200 for a part: the rest is released, unless finalCapture: false keeps it, which needs a key', async () => {
    const final = await authorized()
    const kept = await authorized()
    const body = { amount: 9_999, finalCapture: false }

    const keyless = await kept.capture({ body })

    expect(jsonOf(keyless)).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { problems: [{ path: '/idempotencyKey' }] },
    })
    expect(kept.ports.acquirer.calls).toEqual([])
    expect(jsonOf(await kept.capture({ body, headers: { 'idempotency-key': 'key-1' } }))).toMatchObject({
      status: 'PARTIALLY_CAPTURED',
      capturedAmount: 9_999,
      capturableAmount: 1,
    })
    expect(jsonOf(await final.capture({ body: { amount: 9_999 } }))).toMatchObject({
      status: 'COMPLETED',
      capturedAmount: 9_999,
      capturableAmount: 0,
      refundableAmount: 9_999,
    })
  })

  test('409 for more than is left, with what is', async () => {
    const { capture } = await authorized()
    await capture({ body: { amount: 4_000, finalCapture: false }, headers: { 'idempotency-key': 'key-1' } })

    const result = await capture({ body: { amount: 6_001 } })

    expect(result.statusCode).toBe(409)
    expect(jsonOf(result).details).toEqual({ reason: 'amount', status: 'PARTIALLY_CAPTURED', remaining: 6_000 })
  })

  test('400 for a key in the body: here it belongs into the header', async () => {
    const { capture } = await authorized()

    const result = await capture({ body: { idempotencyKey: 'key-1' } })

    expect(jsonOf(result).details.problems).toEqual([{ path: '/idempotencyKey', message: 'is not a known field' }])
  })

  test.each([
    { what: 'no such payment', given: { pathParameters: { paymentId: 'pay_7ZZZZZZZZZZZZZZZZZZZZZZZZZ' } } },
    { what: 'an id that cannot be one', given: { pathParameters: { paymentId: 'pay_1' } } },
    { what: "another merchant's payment", given: { body: { merchantId: 'other' } } },
  ])('404 for $what', async ({ given }) => {
    const { capture } = await authorized()

    const result = await capture(given as Partial<HttpCall>)

    expect(result.statusCode).toBe(404)
    expect(jsonOf(result).code).toBe('NOT_FOUND')
  })

  test('503 OUTCOME_UNKNOWN when the acquirer does not tell, and when its own time runs out', async () => {
    const { ports, capture } = await authorized()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    expect(jsonOf(await capture())).toMatchObject(unknownOf(ports))

    const other = await authorized()
    other.ports.acquirer.hold('submit')
    expect(jsonOf(await other.capture({}, 501))).toMatchObject(unknownOf(other.ports))
  })

  test('503 SERVICE_UNAVAILABLE when the database is away', async () => {
    const { ports, capture } = await authorized()
    ports.transactions.away = true

    expect(jsonOf(await capture()).code).toBe('SERVICE_UNAVAILABLE')
  })
})
