/** The acquirer in this process: what each test token makes of an order, always the same, and its time-out. */
import { describe, expect, test } from '@jest/globals'
import { operationKinds } from '../contracts/lists.ts'
import type { TokenFailure } from '../contracts/test-tokens.ts'
import type { AcquirerOrder } from '../payments/ports.ts'
import { InProcessAcquirer } from './in-process-acquirer.ts'

const orderOf = (given: Partial<AcquirerOrder> = {}): AcquirerOrder => ({
  operationId: 'op_1',
  kind: 'authorize',
  amountMinor: 10_000,
  currency: 'KRW',
  paymentMethod: 'tok_approve',
  authorizationId: null,
  finalCapture: null,
  ...given,
})

const quick = new InProcessAcquirer({ timeoutMs: 2, slowMs: 1 })

describe('InProcessAcquirer', () => {
  test.each([
    { paymentMethod: 'tok_approve', verdict: { kind: 'approved' } },
    { paymentMethod: 'tok_slow', verdict: { kind: 'approved' } },
    { paymentMethod: 'tok_other', verdict: { kind: 'declined', reason: 'unknown_payment_method' } },
    { paymentMethod: '__proto__', verdict: { kind: 'declined', reason: 'unknown_payment_method' } },
  ])('$paymentMethod is $verdict.kind, whoever asks however often', async ({ paymentMethod, verdict }) => {
    for (const kind of operationKinds) {
      const order = orderOf({ kind, paymentMethod })
      expect(await quick.submit(order)).toEqual(verdict)
      expect(await quick.submit(order)).toEqual(verdict)
      expect(await quick.inquire(order)).toEqual(verdict)
      expect(await quick.cancel(order)).toEqual(verdict)
    }
  })

  const approved = { kind: 'approved' }
  const unknown = { kind: 'unknown' }
  const declined = (reason: string) => {
    const verdict = { kind: 'declined', reason }
    return { submit: verdict, inquire: verdict, cancel: verdict }
  }
  const neverDecided = { submit: unknown, inquire: { kind: 'not_found' }, cancel: { kind: 'canceled' } }
  const approvedUnseen = { submit: unknown, inquire: approved, cancel: approved }
  const expected: Record<TokenFailure, { submit: object; inquire: object; cancel: object }> = {
    decline: declined('do_not_honor'),
    insufficient_funds: declined('insufficient_funds'),
    lost_card: declined('lost_card'),
    timeout_before: neverDecided,
    timeout_after: approvedUnseen,
    drop_after: approvedUnseen,
    late: neverDecided,
    error: neverDecided,
    garbage: approvedUnseen,
  }

  describe.each([
    { kind: 'authorize', prefix: '' },
    { kind: 'capture', prefix: 'capture_' },
    { kind: 'refund', prefix: 'refund_' },
    { kind: 'void', prefix: 'void_' },
  ] as const)('tok_$prefix…', ({ kind, prefix }) => {
    test.each(Object.entries(expected))('%s goes wrong with that operation only', async (failure, results) => {
      const paymentMethod = `tok_${prefix}${failure}`
      for (const other of operationKinds) {
        const order = orderOf({ kind: other, paymentMethod })
        const found = {
          submit: await quick.submit(order),
          inquire: await quick.inquire(order),
          cancel: await quick.cancel(order),
        }
        const isNamed = other === kind
        expect([other, found]).toEqual([
          other,
          isNamed ? results : { submit: approved, inquire: approved, cancel: approved },
        ])
      }
    })
  })
})

describe('tok_slow', () => {
  test('keeps an authorization waiting while another is answered', async () => {
    const order: string[] = []
    const asking = (paymentMethod: string) =>
      quick.submit(orderOf({ paymentMethod })).then(() => void order.push(paymentMethod))

    await Promise.all([asking('tok_slow'), asking('tok_approve')])

    expect(order).toEqual(['tok_approve', 'tok_slow'])
  })

  test('takes longer than any time-out of a millisecond by default', async () => {
    const acquirer = new InProcessAcquirer({ timeoutMs: 1 })

    expect(await acquirer.submit(orderOf({ paymentMethod: 'tok_slow' }))).toEqual({ kind: 'unknown' })
  })

  test('is unknown after the time-out, and found approved by an inquiry', async () => {
    const acquirer = new InProcessAcquirer({ timeoutMs: 1, slowMs: 60_000 })
    const order = orderOf({ paymentMethod: 'tok_slow' })

    expect(await acquirer.submit(order)).toEqual({ kind: 'unknown' })
    expect(await acquirer.inquire(order)).toEqual({ kind: 'approved' })
  })

  test('captures and refunds at once: a person waits once', async () => {
    const acquirer = new InProcessAcquirer({ timeoutMs: 1, slowMs: 60_000 })

    for (const kind of ['capture', 'refund'] as const)
      expect(await acquirer.submit(orderOf({ kind, paymentMethod: 'tok_slow' }))).toEqual({ kind: 'approved' })
  })
})
