/** Authorize and capture in one call: two operations, one answer, and every way in which it can stop between them. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import { paymentEvent } from '../contracts/events.ts'
import { mutationView } from '../contracts/payment.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { shuffledTurns } from './fake-store.ts'
import {
  answerIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimFor,
  claimOf,
  createFakePorts,
  type FakePorts,
  resolveDue,
} from './fakes.ts'
import type { Outcome } from './operation.ts'
import { DependencyUnavailableError, type Verdict } from './ports.ts'
import { voidPayment } from './void-payment.ts'

const request = authorizeRequestOf({ capture: true, orderId: 'order-1' })
const purchase = (ports: FakePorts, asked = { ...caller }) =>
  authorizePayment(ports, request, claimOf('key-1', request), asked)
const resolve = (ports: FakePorts) => resolveDue(ports)

const paymentIn = (ports: FakePorts) => ports.payments.table.rows()[0]!
const operationsIn = (ports: FakePorts) => ports.operations.table.rows()
const topicsIn = (ports: FakePorts) => ports.outbox.table.rows().map(row => row.topic)
const submittedKinds = (ports: FakePorts) =>
  ports.acquirer.calls.filter(call => call.kind === 'submit').map(call => call.order.kind)

describe('a purchase that the acquirer approves', () => {
  test('answers 201 with the captured payment and the operation that captured it', async () => {
    const ports = createFakePorts()

    const answer = answerIn(await purchase(ports))

    const view = mutationView.parse(JSON.parse(answer.body))
    const [authorization, capture] = operationsIn(ports)
    expect(answer.statusCode).toBe(201)
    expect(view).toMatchObject({
      status: 'COMPLETED',
      orderId: 'order-1',
      capturedAmount: 10_000,
      capturableAmount: 0,
      refundableAmount: 10_000,
      pendingOperation: null,
      operationId: capture!.operationId,
      ledgerEntries: [{ type: 'capture', amount: 10_000 }],
    })
    expect([authorization, capture]).toMatchObject([
      { kind: 'authorize', sequence: 1, state: 'SUCCEEDED', idempotencyKey: 'key-1', combined: true },
      { kind: 'capture', sequence: 2, state: 'SUCCEEDED', idempotencyKey: null, combined: true, finalCapture: true },
    ])
    expect(operationsIn(ports)).toHaveLength(2)
  })

  test('tells other systems of both steps', async () => {
    const ports = createFakePorts()
    await purchase(ports)

    const events = ports.outbox.table.rows().map(row => paymentEvent.parse(JSON.parse(row.payload)))
    expect(events).toMatchObject([
      { eventType: 'payment.authorized', sequence: 1, payment: { status: 'AUTHORIZED', orderId: 'order-1' } },
      { eventType: 'payment.captured', sequence: 2, feeAmount: 250, payment: { status: 'COMPLETED' } },
    ])
    expect(ports.doorbell.rings).toHaveLength(2)
  })

  test('asks the acquirer for the hold, then for all of it', async () => {
    const ports = createFakePorts()
    await purchase(ports)

    const [authorization] = operationsIn(ports)
    expect(ports.acquirer.calls.map(({ kind, order }) => [kind, order])).toMatchObject([
      ['submit', { kind: 'authorize', authorizationId: null, finalCapture: null }],
      ['submit', { kind: 'capture', authorizationId: authorization!.operationId, finalCapture: true }],
    ])
  })

  test('has one stored answer, which a repeat gets byte for byte', async () => {
    const ports = createFakePorts()
    const first = answerIn(await purchase(ports))
    ports.clock.advance(60_000)

    const again = await purchase(ports, { ...caller, language: 'ko', requestId: 'req_of_another' })

    expect(again).toMatchObject({ kind: 'answered', answer: first, replayed: true })
    expect(ports.answers.table.rows()).toMatchObject([{ key: 'key-1', finished: { answer: first } }])
    expect(ports.acquirer.asked).toEqual(['submit', 'submit'])
  })

  test('differs from an authorization alone under the same key', async () => {
    const ports = createFakePorts()
    await purchase(ports)
    const alone = authorizeRequestOf({ orderId: 'order-1' })

    expect(await authorizePayment(ports, alone, claimOf('key-1', alone), caller)).toEqual({
      kind: 'different_request',
      differences: ['/capture'],
    })
  })

  test('is expired for a repeat when its answer was pruned, and never executed again', async () => {
    const ports = createFakePorts()
    await purchase(ports)
    ports.answers.drop('shop', 'key-1')

    expect(await purchase(ports)).toEqual({ kind: 'expired' })
    expect(ports.acquirer.asked).toEqual(['submit', 'submit'])
  })

  test.each([true, false])('with capture: %p, the hold alone is made only where it is asked for', async capture => {
    const ports = createFakePorts()
    const asked = authorizeRequestOf({ capture })

    const body = bodyIn(await authorizePayment(ports, asked, claimOf('key-1', asked), caller))

    expect(body.status).toBe(capture ? 'COMPLETED' : 'AUTHORIZED')
  })
})

describe('a purchase that the acquirer declines', () => {
  test('at the hold: 402, and nothing is captured', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'lost_card' })

    const outcome = await purchase(ports)

    expect(answerIn(outcome).statusCode).toBe(402)
    expect(bodyIn(outcome).details).toEqual({ reason: 'lost_card', operationId: operationsIn(ports)[0]!.operationId })
    expect(paymentIn(ports)).toMatchObject({ status: 'DECLINED', pendingOperationId: null })
    expect(operationsIn(ports)).toHaveLength(1)
    expect(topicsIn(ports)).toEqual(['payment.declined'])
    expect(await purchase(ports)).toEqual({ ...outcome, replayed: true })
  })

  test('at the capture: 402 with the payment, whose hold stands and can be captured or voided', async () => {
    for (const goOn of [capturePayment, voidPayment]) {
      const ports = createFakePorts()
      ports.acquirer.script.submit.push({ kind: 'approved' }, { kind: 'declined', reason: 'lost_card' })

      const outcome = await purchase(ports)

      const { paymentId } = paymentIn(ports)
      const capture = operationsIn(ports)[1]!
      expect(answerIn(outcome).statusCode).toBe(402)
      expect(bodyIn(outcome)).toMatchObject({
        code: 'PAYMENT_DECLINED',
        paymentId,
        details: { reason: 'lost_card', operationId: capture.operationId },
      })
      expect(capture).toMatchObject({ kind: 'capture', state: 'DECLINED', declineReason: 'lost_card' })
      expect(paymentIn(ports)).toMatchObject({ status: 'AUTHORIZED', capturedMinor: 0, pendingOperationId: null })
      expect(topicsIn(ports)).toEqual(['payment.authorized'])
      expect(await purchase(ports)).toEqual({ ...outcome, replayed: true })
      expect(answerIn(await goOn(ports, paymentId, {}, claimFor('key-2', 'x', paymentId), caller)).statusCode).toBe(200)
      expect(operationsIn(ports).map(row => row.sequence)).toEqual([1, 2, 3])
    }
  })
})

describe('a purchase whose outcome is unknown', () => {
  test('at the hold: the repeat goes on where it stopped, and captures once', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await purchase(ports)
    const { operationId, paymentId } = operationsIn(ports)[0]!
    ports.acquirer.script.inquire.push({ kind: 'unknown' })
    expect(await purchase(ports)).toMatchObject({ kind: 'unknown', paymentId, operationId })
    ports.acquirer.script.inquire.push({ kind: 'approved' })

    const found = await purchase(ports)

    expect(answerIn(found).statusCode).toBe(201)
    expect(bodyIn(found).status).toBe('COMPLETED')
    expect(submittedKinds(ports)).toEqual(['authorize', 'capture'])
    expect(await purchase(ports)).toEqual({ ...found, replayed: true })
  })

  test('at the hold: the resolver goes on, and its answer is the one that the repeat gets', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await purchase(ports)
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(ports.policy.inquiryBackoffMs)

    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    expect(submittedKinds(ports)).toEqual(['authorize', 'capture'])
    const repeated = await purchase(ports)
    expect(repeated).toMatchObject({ kind: 'answered', replayed: true })
    expect(answerIn(repeated).statusCode).toBe(201)
    expect(bodyIn(repeated).status).toBe('COMPLETED')
  })

  test('at the hold, which was never made: 402 canceled, the payment FAILED, and nothing is captured', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await purchase(ports)
    ports.clock.advance(ports.policy.inquiryBackoffMs)

    await resolve(ports)

    expect(bodyIn(await purchase(ports))).toMatchObject({ details: { reason: 'canceled' } })
    expect(paymentIn(ports)).toMatchObject({ status: 'FAILED', pendingOperationId: null })
    expect(submittedKinds(ports)).toEqual(['authorize'])
  })

  test('at the capture: it says so with the operation of the capture, and the repeat asks about that', async () => {
    const ports = createFakePorts()
    const asked = { ...caller }
    ports.acquirer.script.submit.push({ kind: 'approved' }, { kind: 'unknown' })

    const outcome = await purchase(ports, asked)

    const { paymentId, operationId } = operationsIn(ports)[1]!
    expect(outcome).toEqual({ kind: 'unknown', paymentId, operationId, inquiryInMs: ports.policy.inquiryBackoffMs })
    expect(asked).toMatchObject({ paymentId, operationId })
    expect(paymentIn(ports)).toMatchObject({ status: 'AUTHORIZED', pendingOperationId: operationId })
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    const found = await purchase(ports)
    expect(ports.acquirer.calls.at(-1)).toMatchObject({ kind: 'inquire', order: { operationId, kind: 'capture' } })
    expect(answerIn(found).statusCode).toBe(201)
    expect(bodyIn(found)).toMatchObject({ status: 'COMPLETED', operationId })
    expect(submittedKinds(ports)).toEqual(['authorize', 'capture'])
    expect(await purchase(ports)).toEqual({ ...found, replayed: true })
  })

  test('at the capture, which was never made: 402 canceled, and the hold stands', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'approved' }, { kind: 'unknown' })
    await purchase(ports)
    ports.clock.advance(ports.policy.inquiryBackoffMs)

    await resolve(ports)

    expect(bodyIn(await purchase(ports))).toMatchObject({ code: 'PAYMENT_DECLINED', details: { reason: 'canceled' } })
    expect(paymentIn(ports)).toMatchObject({ status: 'AUTHORIZED', pendingOperationId: null })
    expect(operationsIn(ports)[1]).toMatchObject({ state: 'FAILED' })
  })

  test('is in progress for a copy while the capture is worked on', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'approved' })
    const answerNow = ports.acquirer.hold('submit')
    const running = purchase(ports)
    await ports.acquirer.untilAsked(2)

    expect(await purchase(ports)).toEqual({ kind: 'in_progress' })
    const { paymentId } = paymentIn(ports)
    expect(await capturePayment(ports, paymentId, {}, undefined, caller)).toMatchObject({ kind: 'busy' })
    answerNow({ kind: 'approved' })
    expect(bodyIn(await running).status).toBe('COMPLETED')
    expect(submittedKinds(ports)).toEqual(['authorize', 'capture'])
  })

  test('names the capture to one whose hold was recorded by somebody else', async () => {
    const ports = createFakePorts()
    const answerNow = ports.acquirer.hold('submit')
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    const slow = purchase(ports)
    await ports.acquirer.untilAsked(1)
    ports.clock.advance(ports.policy.leaseMs)
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await purchase(ports)

    answerNow({ kind: 'approved' })

    expect(await slow).toMatchObject({ kind: 'unknown', operationId: operationsIn(ports)[1]!.operationId })
  })
})

describe('a process that ends between the hold and the capture', () => {
  /** Loses the commits with these numbers, counted from the claim: 1 claim, 2 record of the hold, 3 record of the capture. */
  function losing(ports: FakePorts, number: number, when: 'before' | 'after'): void {
    const { transactions } = ports
    const run = transactions.run.bind(transactions)
    let count = 0
    transactions.run = async (subject, work) => {
      if (++count === number) transactions.failNextCommit(when)
      return run(subject, work)
    }
  }

  /** Repeats the purchase as a patient caller would, with the resolver beside it, until it has an answer. */
  async function untilAnswered(ports: FakePorts): Promise<Outcome> {
    for (let tries = 0; tries < 10; tries++) {
      const outcome = await purchase(ports)
      if (outcome.kind === 'answered') return outcome
      ports.clock.advance(ports.policy.leaseMs + ports.policy.inquiryBackoffMs)
      if (tries % 2 === 1) await resolve(ports)
    }
    throw new Error('never answered')
  }

  const lostCommits = [1, 2, 3].flatMap(number => (['before', 'after'] as const).map(when => ({ number, when })))

  test.each(lostCommits)('losing commit $number $when it happened: nothing is done twice, and it ends', async given => {
    const ports = createFakePorts()
    losing(ports, given.number, given.when)

    await expect(purchase(ports)).rejects.toThrow(DependencyUnavailableError)
    const outcome = await untilAnswered(ports)

    const kinds = submittedKinds(ports)
    expect(kinds.filter(kind => kind === 'authorize').length).toBeLessThanOrEqual(1)
    expect(kinds.filter(kind => kind === 'capture').length).toBeLessThanOrEqual(1)
    expect(await purchase(ports)).toMatchObject({ kind: 'answered', answer: answerIn(outcome), replayed: true })
    const { status, pendingOperationId, capturedMinor } = paymentIn(ports)
    const entries = ports.ledger.table.rows()
    expect(pendingOperationId).toBeNull()
    expect(capturedMinor).toBe(status === 'COMPLETED' ? 10_000 : 0)
    expect(entries).toHaveLength(status === 'COMPLETED' ? 1 : 0)
    expect(answerIn(outcome).statusCode).toBe(status === 'COMPLETED' ? 201 : 402)
    expect(ports.outbox.table.rows().map(row => row.sequence)).toEqual(topicsIn(ports).map((_, index) => index + 1))
  })

  test('claimed the capture with the record of the hold, so that neither is lost: the resolver cancels it', async () => {
    const ports = createFakePorts()
    losing(ports, 2, 'after')

    await expect(purchase(ports)).rejects.toThrow(DependencyUnavailableError)

    expect(operationsIn(ports)).toMatchObject([
      { kind: 'authorize', state: 'SUCCEEDED' },
      { kind: 'capture', state: 'PENDING', sequence: 2, answerKey: 'key-1' },
    ])
    expect(paymentIn(ports)).toMatchObject({
      status: 'AUTHORIZED',
      pendingOperationId: operationsIn(ports)[1]!.operationId,
    })
    expect(await purchase(ports)).toEqual({ kind: 'in_progress' })
    ports.clock.advance(ports.policy.leaseMs)
    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })
    expect(submittedKinds(ports)).toEqual(['authorize'])
    expect(bodyIn(await purchase(ports))).toMatchObject({ details: { reason: 'canceled' } })
  })

  test('and comes back after the resolver has recorded the capture: its own result is discarded', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'approved' })
    const answerNow = ports.acquirer.hold('submit')
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    const slow = purchase(ports)
    await ports.acquirer.untilAsked(2)
    ports.clock.advance(ports.policy.leaseMs)
    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    answerNow({ kind: 'declined', reason: 'too_late' })

    const repeated = await purchase(ports)
    expect(await slow).toEqual(repeated)
    expect(answerIn(repeated).statusCode).toBe(201)
    expect(ports.ledger.table.rows()).toHaveLength(1)
    expect(topicsIn(ports)).toEqual(['payment.authorized', 'payment.captured'])
  })
})

describe('twenty simultaneous copies of a purchase', () => {
  const seeds = Array.from({ length: 10 }, (_, index) => SEED + index)

  test.each(seeds)('are one payment, held once and captured once (seed %i)', async seed => {
    const ports = createFakePorts({ turn: shuffledTurns(seed) })

    const outcomes = await Promise.all(Array.from({ length: 20 }, () => purchase(ports)))

    expect(submittedKinds(ports)).toEqual(['authorize', 'capture'])
    expect(ports.payments.table.rows()).toMatchObject([{ status: 'COMPLETED', eventCount: 2 }])
    for (const outcome of outcomes) expect(['answered', 'in_progress']).toContain(outcome.kind)
    const retried = await Promise.all(outcomes.map(() => purchase(ports)))
    expect(new Set(retried.map(outcome => answerIn(outcome).body)).size).toBe(1)
  })

  test.each(seeds)('of which some meet an unknown outcome end in one answer (seed %i)', async seed => {
    const ports = createFakePorts({ turn: shuffledTurns(seed) })
    const unknown: Verdict = { kind: 'unknown' }
    ports.acquirer.script.submit.push(unknown, seed % 2 === 0 ? unknown : { kind: 'approved' })
    ports.acquirer.script.inquire.push(unknown, { kind: 'approved' }, unknown, { kind: 'approved' })

    for (let round = 0; round < 4; round++) {
      await Promise.all(Array.from({ length: 10 }, () => purchase(ports)))
      ports.clock.advance(ports.policy.leaseMs)
    }
    await resolve(ports)

    const answers = await Promise.all(Array.from({ length: 10 }, () => purchase(ports)))
    expect(new Set(answers.map(outcome => answerIn(outcome).body)).size).toBe(1)
    expect(answerIn(answers[0]!).statusCode).toBe(201)
    expect(submittedKinds(ports)).toEqual(['authorize', 'capture'])
    expect(ports.ledger.table.rows()).toHaveLength(1)
  })
})
