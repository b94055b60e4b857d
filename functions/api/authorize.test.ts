/** POST /payments/authorize, from API Gateway's event to its answer. */
import { describe, expect, test } from '@jest/globals'
import { mutationView } from '../../shared/contracts/payment.ts'
import type { HttpResult } from '../../shared/http/index.ts'
import { shuffledTurns } from '../../shared/payments/fake-store.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import { Ports } from '../../shared/runtime/wiring.ts'
import { createHandlerPorts, type HandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, type HttpCall, httpEvent } from '../../test/unit/lambda-events.ts'
import { SEED } from '../../test/unit/seed.ts'
import { createHandler } from './authorize.ts'

const whole = { merchantId: 'shop', amount: 1_550_000, currency: 'KRW', idempotencyKey: 'key-1' }

const authorize = async (ports: HandlerPorts, given: Partial<HttpCall> = {}, remainingMs?: number) =>
  (await createHandler(ports)(
    httpEvent({ route: 'POST /payments/authorize', body: whole, ...given }) as never,
    contextOf(remainingMs),
  )) as HttpResult

describe('POST /payments/authorize', () => {
  test('201 when the acquirer holds the money', async () => {
    const ports = createHandlerPorts()

    const result = await authorize(ports)

    expect(result.statusCode).toBe(201)
    expect(mutationView.parse(jsonOf(result))).toMatchObject({ status: 'AUTHORIZED', amount: 1_550_000 })
    expect(ports.doorbell.rings).toHaveLength(1)
    expect(ports.answered).toMatchObject([{ route: 'POST /payments/authorize', statusCode: 201 }])
  })

  test('402 when the acquirer declines, in the language of the caller', async () => {
    const ports = createHandlerPorts()
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'insufficient_funds' })

    const result = await authorize(ports, { headers: { 'accept-language': 'ko' } })

    expect(result.statusCode).toBe(402)
    expect(jsonOf(result)).toMatchObject({
      code: 'PAYMENT_DECLINED',
      message: expect.stringMatching(/[가-힣]/),
      details: { reason: 'insufficient_funds' },
    })
  })

  test.each(['with', 'without'])('a repeat is answered byte for byte, %s the cache', async cache => {
    const ports = createHandlerPorts()
    ports.responses.away = cache === 'without'
    const first = await authorize(ports)

    const again = await authorize(ports, { headers: { 'x-request-id': 'again' } })

    expect(again).toMatchObject({ statusCode: 201, body: first.body })
    expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true', 'x-request-id': 'again' })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('every answer about a payment is logged with its id: held, declined, repeated, and 503 after the claim', async () => {
    const ports = createHandlerPorts()
    await authorize(ports)
    await authorize(ports)
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'lost_card' })
    await authorize(ports, { body: { ...whole, idempotencyKey: 'key-2' } })
    ports.acquirer.script.submit.push(async () => {
      ports.transactions.away = true
      return { kind: 'approved' }
    })
    await authorize(ports, { body: { ...whole, idempotencyKey: 'key-3' } })

    const [held, declined, unrecorded] = ports.payments.table.rows().map(({ paymentId }) => paymentId)
    expect(ports.answered.map(({ statusCode, paymentId }) => [statusCode, paymentId])).toEqual([
      [201, held],
      [201, held],
      [402, declined],
      [503, unrecorded],
    ])
  })

  test('409 in_progress with Retry-After while the first works', async () => {
    const ports = createHandlerPorts()
    const answerNow = ports.acquirer.hold('submit')
    const first = authorize(ports)
    await ports.acquirer.untilAsked(1)

    const second = await authorize(ports)
    answerNow({ kind: 'approved' })
    await first

    expect(second.statusCode).toBe(409)
    expect(second.headers['retry-after']).toBe('1')
    expect(jsonOf(second)).toMatchObject({ code: 'DUPLICATE_REQUEST', details: { reason: 'in_progress' } })
  })

  test('422 with the pointers that differ for another request under the key', async () => {
    const ports = createHandlerPorts()
    await authorize(ports)

    const other = await authorize(ports, { body: { ...whole, amount: 1, paymentMethod: 'tok_slow' } })

    expect(other.statusCode).toBe(422)
    expect(jsonOf(other).details).toEqual({ reason: 'different_request', differences: ['/amount', '/paymentMethod'] })
  })

  test('409 expired when the stored answer was pruned', async () => {
    const ports = createHandlerPorts()
    ports.responses.away = true
    await authorize(ports)
    ports.answers.drop('shop', 'key-1')

    const again = await authorize(ports)

    expect(again.statusCode).toBe(409)
    expect(jsonOf(again).details).toEqual({ reason: 'expired' })
  })

  test('409 finished for a repeat under the policy reject, with and without the cache', async () => {
    for (const away of [false, true]) {
      const ports = createHandlerPorts({ duplicates: 'reject' })
      ports.responses.away = away
      expect((await authorize(ports)).statusCode).toBe(201)

      const again = await authorize(ports)

      expect(again.statusCode).toBe(409)
      expect(jsonOf(again).details).toEqual({ reason: 'finished' })
    }
  })

  test('503 OUTCOME_UNKNOWN with the payment when the acquirer does not tell', async () => {
    const ports = createHandlerPorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })

    const result = await authorize(ports)

    expect(result.statusCode).toBe(503)
    expect(result.headers['retry-after']).toBe('1')
    const { paymentId, operationId } = ports.operations.table.rows()[0]!
    expect(jsonOf(result)).toMatchObject({ code: 'OUTCOME_UNKNOWN', paymentId, details: { operationId } })
  })

  test('503 OUTCOME_UNKNOWN when its own time runs out; the repeat finds what became of it', async () => {
    const ports = createHandlerPorts()
    const answerNow = ports.acquirer.hold('submit')

    const cutShort = await authorize(ports, {}, 501)
    const { paymentId, operationId } = ports.operations.table.rows()[0]!
    expect(jsonOf(cutShort)).toMatchObject({ code: 'OUTCOME_UNKNOWN', paymentId, details: { operationId } })
    answerNow({ kind: 'approved' })
    await new Promise(setImmediate)

    const again = await authorize(ports)
    expect(again).toMatchObject({ statusCode: 201, headers: { 'idempotent-replayed': 'true' } })
  })

  test('201 COMPLETED with capture: true; a repeat is answered byte for byte', async () => {
    const ports = createHandlerPorts()
    const body = { ...whole, capture: true, orderId: 'order-1' }

    const first = await authorize(ports, { body })
    const again = await authorize(ports, { body })

    expect(first.statusCode).toBe(201)
    expect(mutationView.parse(jsonOf(first))).toMatchObject({ status: 'COMPLETED', orderId: 'order-1' })
    expect(again).toMatchObject({ statusCode: 201, body: first.body, headers: { 'idempotent-replayed': 'true' } })
    expect(ports.acquirer.asked).toEqual(['submit', 'submit'])
  })

  test('503 with the operation of the capture when time runs out there, or the acquirer does not tell', async () => {
    for (const remainingMs of [undefined, 501]) {
      const ports = createHandlerPorts()
      ports.acquirer.script.submit.push({ kind: 'approved' })
      if (remainingMs === undefined) ports.acquirer.script.submit.push({ kind: 'unknown' })
      else ports.acquirer.hold('submit')

      const result = await authorize(ports, { body: { ...whole, capture: true } }, remainingMs)

      const { paymentId, operationId } = ports.operations.table.rows()[1]!
      expect(result.statusCode).toBe(503)
      expect(jsonOf(result)).toMatchObject({ code: 'OUTCOME_UNKNOWN', paymentId, details: { operationId } })
    }
  })

  test('503 SERVICE_UNAVAILABLE with Retry-After while the acquirer is known to be away; nothing is written', async () => {
    const ports = createHandlerPorts()
    ports.acquirer.reachable = false

    const result = await authorize(ports)

    expect([result.statusCode, result.headers['retry-after']]).toEqual([503, '2'])
    expect(jsonOf(result)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: {} })
    expect(ports.answers.table.rows()).toEqual([])
  })

  test('503 SERVICE_UNAVAILABLE when the database is away, and nobody is asked', async () => {
    const ports = createHandlerPorts()
    ports.transactions.away = true

    const result = await authorize(ports)

    expect(result.statusCode).toBe(503)
    expect(jsonOf(result).code).toBe('SERVICE_UNAVAILABLE')
    expect(ports.acquirer.calls).toEqual([])
  })

  test('400 with every problem at once, and nothing is stored', async () => {
    const ports = createHandlerPorts()

    const result = await authorize(ports, { body: { amount: 0, currency: 'XXX', extra: 1 } })

    expect(result.statusCode).toBe(400)
    expect(
      jsonOf(result)
        .details.problems.map((problem: { path: string }) => problem.path)
        .sort(),
    ).toEqual(['/amount', '/currency', '/extra', '/idempotencyKey', '/merchantId'])
    expect(ports.answers.table.rows()).toEqual([])
  })

  test('400 for a key of the console, whose operations are operators’', async () => {
    const body = { ...whole, idempotencyKey: 'console:01M81Y03QK7V5D2W9T4R6H8XNZ' }
    const result = await authorize(createHandlerPorts(), { body })

    expect([result.statusCode, jsonOf(result).details.problems]).toMatchObject([400, [{ path: '/idempotencyKey' }]])
  })

  test('413 and 415 before anything is read', async () => {
    const ports = createHandlerPorts()

    expect((await authorize(ports, { body: ' '.repeat(16_385) })).statusCode).toBe(413)
    expect((await authorize(ports, { headers: { 'content-type': 'text/plain' } })).statusCode).toBe(415)
  })

  test('500 without a stack when something is broken', async () => {
    const ports = createHandlerPorts()
    ports.answers.open = async () => {
      throw new Error('of the database: secret')
    }

    const result = await authorize(ports)

    expect(result.statusCode).toBe(500)
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  test('500 in an environment that does not parse, without a word of it', async () => {
    const { log } = createHandlerPorts()
    class WronglySetPorts extends Ports {
      override get log() {
        return log as never
      }
    }
    const ports = new WronglySetPorts(() => configFrom({ DATABASE_URL: 'secret', LEASE_MS: '1' }))

    const result = await authorize(ports as never)

    expect(result.statusCode).toBe(500)
    expect(jsonOf(result)).toMatchObject({ code: 'INTERNAL_ERROR', details: {} })
    expect(JSON.stringify(result)).not.toMatch(/LEASE_MS|secret/)
    expect(log.lines.some(line => String(line.fields.err).includes('LEASE_MS'))).toBe(true)
  })

  test(`fifty copies at once: each gets the 201 or in_progress, and after retrying all hold the same bytes (seed ${SEED})`, async () => {
    const ports = createHandlerPorts({ turn: shuffledTurns(SEED) })
    const copies = () => Promise.all(Array.from({ length: 50 }, () => authorize(ports)))

    const first = await copies()
    const retried = await copies()

    expect(ports.acquirer.asked).toEqual(['submit'])
    expect([...new Set(first.map(result => result.statusCode))].sort()).toEqual([201, 409])
    for (const result of first) if (result.statusCode === 409) expect(jsonOf(result).details.reason).toBe('in_progress')
    expect(new Set(retried.map(result => `${result.statusCode} ${result.body}`)).size).toBe(1)
  })
})
