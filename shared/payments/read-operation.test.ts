/** What the console reads of one operation: its request and its answer while they are kept, and what is left afterwards. */
import { describe, expect, test } from '@jest/globals'
import { askAsOperator } from './ask-as-operator.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { expirePayments } from './expire-payments.ts'
import { FakeAuditLog } from './fake-console-actions.ts'
import {
  answerIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimFor,
  claimOf,
  createFakePorts,
  FAKE_NOW_MS,
  type FakePorts,
} from './fakes.ts'
import { readOperation } from './read-operation.ts'
import { refundPayment } from './refund-payment.ts'
import { settleByHand } from './settle-by-hand.ts'

const KEY = 'console:01M81Y03QK7V5D2W9T4R6H8XNZ'
const at = (ms: number) => new Date(ms).toISOString()

async function authorized(ports: FakePorts, given: Parameters<typeof authorizeRequestOf>[0] = {}) {
  const request = authorizeRequestOf(given)
  const outcome = await authorizePayment(ports, request, claimOf('key-1', request), caller)
  return { request, outcome, ...(bodyIn(outcome) as { paymentId: string; operationId: string }) }
}

/** Of this kind, the newest. */
const operationOf = (ports: FakePorts, kind: string): string =>
  ports.operations.table.rows().findLast(row => row.kind === kind)!.operationId

const read = async (ports: FakePorts, operationId: string) => (await readOperation(ports, operationId))!

describe('readOperation', () => {
  test('gives the request as it was sent, and the answer byte for byte, until its time is over', async () => {
    const ports = createFakePorts()
    const { request, outcome, paymentId, operationId } = await authorized(ports)
    const record = await read(ports, operationId)

    expect(record).toMatchObject({
      ...{ operationId, paymentId, kind: 'authorize', state: 'SUCCEEDED', amount: 10_000, currency: 'KRW' },
      by: { kind: 'request', requestId: caller.requestId },
      ...{ noted: null, combined: false, finalCapture: null, keyState: 'finished' },
      expiresAt: at(FAKE_NOW_MS + ports.policy.answersKeptMs),
      event: { type: 'payment.authorized' },
    })
    expect(record.request).toEqual({ method: 'POST', path: '/payments/authorize', key: 'key-1', body: request })
    expect(record.answer).toEqual({ ...answerIn(outcome), finishedAt: at(FAKE_NOW_MS) })
    expect(JSON.parse(record.event!.payload)).toMatchObject({ operationId, eventType: 'payment.authorized' })
  })

  test('gives neither once their time is over, pruned or not, but the event', async () => {
    const ports = createFakePorts()
    const { operationId } = await authorized(ports)
    ports.clock.advanceVirtual(ports.policy.answersKeptMs)
    const over = await read(ports, operationId)
    ports.answers.drop('shop', 'key-1')
    const pruned = await read(ports, operationId)

    expect(over).toMatchObject({ keyState: 'expired', request: null, answer: null })
    expect(over.event).toMatchObject({ type: 'payment.authorized' })
    expect(pruned).toEqual({ ...over, expiresAt: null })
  })

  test('gives the request alone while the outcome is not known', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    const request = authorizeRequestOf()
    await authorizePayment(ports, request, claimOf('key-1', request), caller)
    const record = await read(ports, operationOf(ports, 'authorize'))

    expect(record).toMatchObject({ state: 'PENDING', keyState: 'in_progress', expiresAt: null, answer: null })
    expect(record.request).toMatchObject({ key: 'key-1', body: request })
    expect(record.event).toBeNull()
  })

  test('has nothing of a request without a key, but that it was a whole capture', async () => {
    const ports = createFakePorts()
    const { paymentId } = await authorized(ports)
    await capturePayment(ports, paymentId, {}, undefined, caller)
    const record = await read(ports, operationOf(ports, 'capture'))

    expect(record).toMatchObject({ keyState: null, expiresAt: null, request: null, answer: null, finalCapture: true })
    expect(record.event).toMatchObject({ type: 'payment.captured' })
  })

  test('gives both operations of one call its request and its answer', async () => {
    const ports = createFakePorts()
    const { outcome } = await authorized(ports, { capture: true })
    const [authorization, capture] = await Promise.all(
      ['authorize', 'capture'].map(kind => read(ports, operationOf(ports, kind))),
    )

    expect([authorization!.combined, capture!.combined]).toEqual([true, true])
    expect(capture!.answer!.body).toBe(answerIn(outcome).body)
    expect(capture!.request).toEqual(authorization!.request)
    expect(capture!.event).toMatchObject({ type: 'payment.captured' })
  })

  test('says which operator asked for it and why, and keeps the request when the answer is gone', async () => {
    const books = createFakePorts()
    const ports = { ...books, auditLog: new FakeAuditLog(books.transactions) }
    const { paymentId } = await authorized(ports, { capture: true })
    const claim = claimFor(KEY, 'refund', paymentId, { amount: 4_000, reason: ' the tab was closed ' })
    const ask = { paymentId, claim, operator: 'kim', reason: 'the tab was closed', details: { amount: 4_000 } }
    await askAsOperator(ports, { ...ask, action: 'payment.refund-asked' }, () =>
      refundPayment(ports, paymentId, { amount: 4_000 }, claim, { ...caller }),
    )
    const operationId = operationOf(ports, 'refund')
    const record = await read(ports, operationId)
    ports.answers.drop('shop', KEY)
    const pruned = await read(ports, operationId)

    expect(record).toMatchObject({
      by: { kind: 'operator', person: 'kim', reason: 'the tab was closed' },
      noted: {
        ...{ operator: 'kim', reason: 'the tab was closed', action: 'payment.refund-asked', at: at(FAKE_NOW_MS) },
      },
      ...{ keyState: 'finished', request: { key: KEY, body: { amount: 4_000 } } },
    })
    expect(pruned).toMatchObject({ keyState: 'expired', answer: null, request: record.request })
  })

  test('says that a job or a person did it', async () => {
    const ports = createFakePorts()
    await authorized(ports)
    ports.clock.advance(ports.policy.captureWindowMs)
    await expirePayments(ports, { limit: 1, concurrency: 1, deadlineMs: ports.clock.nowMs() + 1_000 })
    expect(await read(ports, operationOf(ports, 'expire'))).toMatchObject({
      ...{ by: { kind: 'job' }, keyState: null, request: null, event: { type: 'payment.expired' } },
    })

    const others = createFakePorts()
    others.acquirer.script.submit.push({ kind: 'unknown' })
    await authorizePayment(others, authorizeRequestOf(), claimOf('key-1'), caller)
    others.clock.advance(others.policy.inquiryBackoffMs)
    others.acquirer.script.cancel.push({ kind: 'unknown' })
    const operationId = operationOf(others, 'authorize')
    await settleByHand(others, operationId, { outcome: 'FAILED', who: 'kim', reason: 'they said so' })
    expect(await read(others, operationId)).toMatchObject({
      by: { kind: 'person', person: 'kim', reason: 'they said so' },
      keyState: 'finished',
    })
  })

  test('is undefined for an operation that there is not', async () => {
    expect(await readOperation(createFakePorts(), 'op_unknown')).toBeUndefined()
  })
})
