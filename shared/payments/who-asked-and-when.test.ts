/** What an operation says of the request that claimed it, and of when the acquirer was asked and answered. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { expirePayments } from './expire-payments.ts'
import { authorizeRequestOf, bodyIn, caller, claimOf, createFakePorts, type FakePorts, resolveDue } from './fakes.ts'
import type { Verdict } from './ports.ts'
import { settleByHand } from './settle-by-hand.ts'

/** How long the acquirer thinks. */
const THINKS_MS = 70

const by = (requestId: string) => ({ ...caller, requestId })

/** An acquirer that says this after a while. */
const slowly = (ports: FakePorts, verdict: Verdict) => async () => {
  ports.clock.advance(THINKS_MS)
  return verdict
}

const authorize = (ports: FakePorts, given: Parameters<typeof authorizeRequestOf>[0] = {}) => {
  const request = authorizeRequestOf(given)
  return authorizePayment(ports, request, claimOf('key-1', request), by('req-authorize'))
}

const notedIn = (ports: FakePorts) =>
  ports.operations.table
    .rows()
    .map(({ kind, requestId, askedAtMs, answeredAtMs }) => ({ kind, requestId, askedAtMs, answeredAtMs }))

describe('an operation', () => {
  test('keeps the request that claimed it, and between which times the acquirer answered', async () => {
    const ports = createFakePorts()
    const askedAtMs = ports.clock.nowMs()
    ports.acquirer.script.submit.push(slowly(ports, { kind: 'declined', reason: 'no_money' }))
    await authorize(ports)

    expect(notedIn(ports)).toEqual([
      { kind: 'authorize', requestId: 'req-authorize', askedAtMs, answeredAtMs: askedAtMs + THINKS_MS },
    ])
  })

  test('that is claimed with another has its request too, and its own times', async () => {
    const ports = createFakePorts()
    const beganAtMs = ports.clock.nowMs()
    for (let i = 0; i < 2; i++) ports.acquirer.script.submit.push(slowly(ports, { kind: 'approved' }))
    await authorize(ports, { capture: true })

    expect(notedIn(ports)).toEqual(
      ['authorize', 'capture'].map((kind, index) => ({
        ...{ kind, requestId: 'req-authorize', askedAtMs: beganAtMs + index * THINKS_MS },
        answeredAtMs: beganAtMs + (index + 1) * THINKS_MS,
      })),
    )
  })

  test('whose outcome is unknown says when it was asked; the job that finds out, when it asked and what came', async () => {
    const ports = createFakePorts()
    const firstMs = ports.clock.nowMs()
    ports.acquirer.script.submit.push(slowly(ports, { kind: 'unknown' }))
    await authorize(ports)
    expect(notedIn(ports)).toMatchObject([{ askedAtMs: firstMs, answeredAtMs: null }])

    ports.clock.advance(ports.policy.inquiryBackoffMs)
    const secondMs = ports.clock.nowMs()
    ports.acquirer.script.inquire.push(slowly(ports, { kind: 'approved' }))
    await resolveDue(ports)
    expect(notedIn(ports)).toMatchObject([
      { requestId: 'req-authorize', askedAtMs: secondMs, answeredAtMs: secondMs + THINKS_MS },
    ])
  })

  test('that a person settles has no answer of the acquirer', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorize(ports)
    ports.clock.advance(ports.policy.inquiryBackoffMs)
    const askedAtMs = ports.clock.nowMs()
    ports.acquirer.script.cancel.push(slowly(ports, { kind: 'unknown' }))
    const { operationId } = ports.operations.table.rows()[0]!
    await settleByHand(ports, operationId, { outcome: 'FAILED', who: 'kim', reason: 'they said so' })

    expect(notedIn(ports)).toMatchObject([{ askedAtMs, answeredAtMs: null }])
  })

  test('of the job has no request; an expiry that a declined capture brings about has that of the capture', async () => {
    const ports = createFakePorts()
    await authorize(ports)
    ports.clock.advance(ports.policy.captureWindowMs)
    const limits = { limit: 1, concurrency: 1, deadlineMs: ports.clock.nowMs() + 1_000 }
    await expirePayments(ports, limits)
    expect(notedIn(ports)).toMatchObject([{ kind: 'authorize' }, { kind: 'expire', requestId: null }])

    const others = createFakePorts()
    const { paymentId } = bodyIn(await authorize(others))
    others.acquirer.script.submit.push({ kind: 'declined', reason: 'hold_expired' })
    await capturePayment(others, paymentId, {}, undefined, by('req-capture'))
    expect(notedIn(others).map(({ kind, requestId }) => [kind, requestId])).toEqual([
      ['authorize', 'req-authorize'],
      ['capture', 'req-capture'],
      ['expire', 'req-capture'],
    ])
  })
})
