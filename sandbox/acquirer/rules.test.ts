/** The decisions of the acquirer, and what no series of orders can do to a hold. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type AcquirerOrderBody, acquirerReasons } from '../../shared/contracts/acquirer.ts'
import { operationKinds } from '../../shared/contracts/lists.ts'
import { testTokens } from '../../shared/contracts/test-tokens.ts'
import { conductOf } from './conduct.ts'
import { type DecidedOrder, decide, type Hold, holdOf, misfitOf } from './rules.ts'
import { authorizeOrder, captureOrder, laterOrder, opOf } from './sample-orders.ts'

const HOLD = opOf(1)
const NOW_MS = Date.parse('2026-01-01T00:00:00.000Z')
const WINDOW_MS = 1_000

const holdWith = (changes: Partial<Hold> = {}): Hold => ({
  amountMinor: 10_000,
  currency: 'KRW',
  expiresAtMs: NOW_MS + WINDOW_MS,
  capturedMinor: 0,
  refundedMinor: 0,
  disputedMinor: 0,
  closed: false,
  ...changes,
})
const approved = { state: 'APPROVED', reason: null }
const declined = (reason: string) => ({ state: 'DECLINED', reason })

describe('a capture', () => {
  const order = captureOrder(HOLD)

  test('of no more than is held is approved', () => {
    expect(decide(order, holdWith(), NOW_MS)).toEqual(approved)
    expect(decide({ ...order, amount: 4_000 }, holdWith({ capturedMinor: 6_000 }), NOW_MS)).toEqual(approved)
  })

  test.each([
    ['without a hold', undefined, 'no_such_hold'],
    ['in another currency', holdWith({ currency: 'JPY' }), 'no_such_hold'],
    ['at the moment of its expiry', holdWith({ expiresAtMs: NOW_MS }), 'hold_expired'],
    ['of a hold that is expired and closed', holdWith({ expiresAtMs: NOW_MS, closed: true }), 'hold_expired'],
    ['of a closed hold', holdWith({ closed: true }), 'hold_closed'],
    ['of one unit more than is left', holdWith({ capturedMinor: 1 }), 'amount_exceeds_hold'],
  ])('%s is declined', (_, hold, reason) => {
    expect(decide(order, hold, NOW_MS)).toEqual(declined(reason))
  })
})

describe('a refund', () => {
  const order = laterOrder('refund', HOLD, { amount: 500 })

  test('of what was captured is approved, also after the hold is closed and expired', () => {
    const hold = holdWith({ capturedMinor: 500, closed: true, expiresAtMs: NOW_MS - 1 })
    expect(decide(order, hold, NOW_MS)).toEqual(approved)
  })

  test.each([
    ['without a hold', undefined, 'no_such_hold'],
    ['of what was not captured', holdWith(), 'amount_exceeds_captured'],
    ['of what was taken back', holdWith({ capturedMinor: 900, disputedMinor: 401 }), 'amount_exceeds_captured'],
    ['of what was refunded before', holdWith({ capturedMinor: 900, refundedMinor: 401 }), 'amount_exceeds_captured'],
  ])('%s is declined', (_, hold, reason) => {
    expect(decide(order, hold, NOW_MS)).toEqual(declined(reason))
  })
})

test.each(['void', 'expire'] as const)('a %s counts as released whatever the hold is', kind => {
  for (const hold of [undefined, holdWith(), holdWith({ closed: true }), holdWith({ expiresAtMs: 0 })])
    expect(decide(laterOrder(kind, HOLD), hold, NOW_MS)).toEqual(approved)
})

describe('a token', () => {
  test('declines before the rules of the hold are asked', () => {
    expect(decide(captureOrder(HOLD, { method: 'tok_capture_lost_card' }), undefined, NOW_MS)).toEqual(
      declined('lost_card'),
    )
    expect(decide(laterOrder('void', HOLD, { method: 'tok_void_decline' }), holdWith(), NOW_MS)).toEqual(
      declined('do_not_honor'),
    )
  })

  test('that names another operation changes nothing', () => {
    expect(decide(authorizeOrder({ method: 'tok_capture_decline' }), undefined, NOW_MS)).toEqual(approved)
  })

  test.each(operationKinds)('of nobody is declined for %s', kind => {
    const order = { ...authorizeOrder({ method: 'tok_nobody' }), kind }
    expect(decide(order, holdWith(), NOW_MS)).toEqual(declined('unknown_payment_method'))
  })

  test('that is decided at all is approved where it is no decline', () => {
    for (const method of testTokens.filter(token => !/decline|insufficient_funds|lost_card/.test(token)))
      expect(decide(authorizeOrder({ method }), undefined, NOW_MS)).toEqual(approved)
  })

  test('leaves nothing in the journal exactly when the order is ignored, kept or failed', () => {
    const undecided = Object.entries(conductOf).filter(([, { arrival }]) => !['decide', 'wait'].includes(arrival))
    expect(undecided.map(([kind]) => kind).sort()).toEqual(['error', 'late', 'timeout_before'])
  })
})

test.each<[string, AcquirerOrderBody]>([
  ['an authorization of another operation', authorizeOrder({ authorizationId: HOLD })],
  ['a capture of nothing', captureOrder(HOLD, { authorizationId: null })],
  ['a capture that is neither final nor not', captureOrder(HOLD, { finalCapture: null })],
  ['a final refund', laterOrder('refund', HOLD, { finalCapture: true })],
])('%s does not fit together', (_, order) => {
  expect(misfitOf(order)).toMatch(/^(authorizationId|finalCapture): must be /)
})

describe('a hold', () => {
  const authorization = (changes: Partial<DecidedOrder> = {}): DecidedOrder => ({
    order: authorizeOrder(),
    state: 'APPROVED',
    decidedAtMs: NOW_MS,
    ...changes,
  })
  const done = (order: AcquirerOrderBody, state: DecidedOrder['state'] = 'APPROVED'): DecidedOrder => ({
    order,
    state,
    decidedAtMs: NOW_MS,
  })

  test('is made by an approved authorization alone', () => {
    expect(holdOf(authorization(), [], WINDOW_MS)).toEqual(holdWith())
    expect(holdOf(undefined, [], WINDOW_MS)).toBeUndefined()
    expect(holdOf(authorization({ state: 'DECLINED' }), [], WINDOW_MS)).toBeUndefined()
    expect(holdOf(authorization({ order: captureOrder(HOLD) }), [], WINDOW_MS)).toBeUndefined()
  })

  test('is closed by a final capture, a void and an expiry, and by nothing that was declined', () => {
    const closedBy = (order: DecidedOrder) => holdOf(authorization(), [order], WINDOW_MS)!.closed
    expect(closedBy(done(captureOrder(HOLD)))).toBe(true)
    expect(closedBy(done(captureOrder(HOLD, { finalCapture: false })))).toBe(false)
    expect(closedBy(done(laterOrder('void', HOLD)))).toBe(true)
    expect(closedBy(done(laterOrder('expire', HOLD)))).toBe(true)
    expect(closedBy(done(captureOrder(HOLD), 'DECLINED'))).toBe(false)
  })

  const anyOrder = fc.oneof(
    fc
      .record({ amount: fc.integer({ min: 1, max: 12_000 }), finalCapture: fc.boolean() })
      .map(changes => captureOrder(HOLD, changes)),
    fc
      .record({
        kind: fc.constantFrom('refund' as const, 'refund' as const, 'void' as const, 'expire' as const),
        amount: fc.integer({ min: 1, max: 12_000 }),
      })
      .map(({ kind, amount }) => laterOrder(kind, HOLD, { amount })),
  )
  const anySeries = fc.array(fc.record({ order: anyOrder, waitMs: fc.integer({ min: 0, max: WINDOW_MS / 2 }) }), {
    maxLength: 40,
  })
  const sumOf = (orders: DecidedOrder[], kind: AcquirerOrderBody['kind']) =>
    orders
      .filter(({ order, state }) => order.kind === kind && state === 'APPROVED')
      .reduce((sum, { order }) => sum + order.amount, 0)

  test('never gives more than it holds, never refunds more than it gave, and gives nothing once it is closed or expired', () => {
    fc.assert(
      fc.property(anySeries, series => {
        const later: DecidedOrder[] = []
        let nowMs = NOW_MS
        for (const { order, waitMs } of series) {
          nowMs += waitMs
          const before = holdOf(authorization(), later, WINDOW_MS)!
          const { state } = decide(order, before, nowMs)
          later.push({ order, state, decidedAtMs: nowMs })
          if (order.kind === 'capture' && state === 'APPROVED')
            expect({ closed: before.closed, late: nowMs >= NOW_MS + WINDOW_MS }).toEqual({ closed: false, late: false })
          expect(sumOf(later, 'capture')).toBeLessThanOrEqual(10_000)
          expect(sumOf(later, 'refund')).toBeLessThanOrEqual(sumOf(later, 'capture'))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('declines only with the reasons of the contract', () => {
    fc.assert(
      fc.property(anyOrder, fc.boolean(), (order, known) => {
        const { reason } = decide(order, known ? holdWith({ capturedMinor: 5_000 }) : undefined, NOW_MS)
        expect([null, ...acquirerReasons]).toContain(reason)
      }),
    )
  })
})
