/** The contract over HTTP: captures and refunds that the state, the amount or another operation forbids. */
import { afterAll, describe, expect, jest, test } from '@jest/globals'
import type { ErrorCode } from '../../shared/contracts/errors.ts'
import { expectDetail, expectError, expectMutation, expectOperations, expectRetryAfter } from '../support/contract.ts'
import { openDatabase } from '../support/database.ts'
import { PaymentApi, type Reply } from '../support/http.ts'
import { authorizeBody, authorized, captured, newKey, whileInProgress } from '../support/payments.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(60_000)

const system = systemUnderTest()
const api = new PaymentApi(system.apiUrl)
const database = openDatabase(system.databaseUrl)
afterAll(() => database.close())

async function declined(): Promise<string> {
  const reply = await api.authorize(authorizeBody({ paymentMethod: 'tok_decline', amount: 500 }))
  return expectError(reply, 402, 'PAYMENT_DECLINED').paymentId ?? ''
}

async function refunded(): Promise<string> {
  const { paymentId } = await captured(api, { amount: 500 })
  expectMutation(await api.refund(paymentId), 200)
  return paymentId
}

type Change = 'capture' | 'refund'
const codes = { capture: 'CAPTURE_CONFLICT', refund: 'REFUND_CONFLICT' } satisfies Record<Change, ErrorCode>

interface Expected {
  status: string
  remaining: unknown
}

function expectConflict(reply: Reply, change: Change, paymentId: string, expected: Expected): void {
  const error = expectError(reply, 409, codes[change])
  expect(error.paymentId).toBe(paymentId)
  expect(error.details).toMatchObject({ ...expected })
}

describe('the state forbids', () => {
  const forbidden: [Change, string, () => Promise<string>, Expected][] = [
    ['capture', 'a captured', async () => (await captured(api)).paymentId, { status: 'COMPLETED', remaining: 0 }],
    ['capture', 'a declined', declined, { status: 'DECLINED', remaining: 0 }],
    ['capture', 'a refunded', refunded, { status: 'REFUNDED', remaining: 0 }],
    ['refund', 'an authorized', async () => (await authorized(api)).paymentId, { status: 'AUTHORIZED', remaining: 0 }],
    ['refund', 'a declined', declined, { status: 'DECLINED', remaining: 0 }],
    ['refund', 'a refunded', refunded, { status: 'REFUNDED', remaining: 0 }],
  ]

  test.each(forbidden)(
    '%s of %s payment: a 409 with its status, with and without a key',
    async (change, _, make, expected) => {
      const paymentId = await make()
      const before = expectDetail(await api.payment(paymentId))
      expectConflict(await api[change](paymentId), change, paymentId, expected)
      const key = { 'idempotency-key': newKey() }
      const first = await api[change](paymentId, {}, key)
      expectConflict(first, change, paymentId, expected)

      const again = await api[change](paymentId, {}, key)
      expect(again.bytes.equals(first.bytes) && again.replayed).toBe(true)
      expect(expectDetail(await api.payment(paymentId))).toMatchObject({ ...totalsOf(before), pendingOperation: null })
    },
  )

  // The job that expires authorizations may run later: a capture is judged by the time of its claim.
  test('a capture after captureBefore, even before anything has expired the authorization', async () => {
    const { paymentId } = await authorized(api)
    const over = 'UPDATE payment SET capture_before = created_at WHERE payment_id = ?'
    expect(await database.write(over, [paymentId])).toBe(1)
    expectError(await api.capture(paymentId), 409, 'CAPTURE_CONFLICT')
    expectError(await api.capture(paymentId, {}, { 'idempotency-key': newKey() }), 409, 'CAPTURE_CONFLICT')
    expect(expectDetail(await api.payment(paymentId)).capturedAmount).toBe(0)
    // The expiry may be at work at this moment. A capture never was.
    const { operations } = expectOperations(await api.operations(paymentId))
    expect(operations.map(({ kind }) => kind)).not.toContain('capture')
  })

  const totalsOf = ({ status, capturedAmount, refundedAmount }: { status: string } & Record<string, unknown>) => ({
    status,
    capturedAmount,
    refundedAmount,
  })
})

describe('the remaining amount forbids', () => {
  test('a capture of more than is authorized, and says how much is left', async () => {
    const { paymentId } = await authorized(api, { amount: 500 })
    for (const headers of [undefined, { 'idempotency-key': newKey() }]) {
      const reply = await api.capture(paymentId, { amount: 501 }, headers)
      expectConflict(reply, 'capture', paymentId, { status: 'AUTHORIZED', remaining: 500 })
    }
    expectMutation(await api.capture(paymentId, { amount: 500 }), 200)
  })

  test('a refund of more than is captured, and says how much is left', async () => {
    const { paymentId } = await captured(api, { amount: 500 })
    const reply = await api.refund(paymentId, { amount: 501 }, { 'idempotency-key': newKey() })
    expectConflict(reply, 'refund', paymentId, { status: 'COMPLETED', remaining: 500 })
    expectMutation(await api.refund(paymentId), 200)
  })

  test('the second of two whole refunds', async () => {
    const paymentId = await refunded()
    const reply = await api.refund(paymentId, { amount: 500 }, { 'idempotency-key': newKey() })
    expectConflict(reply, 'refund', paymentId, { status: 'REFUNDED', remaining: 0 })
  })
})

describe('another operation in progress forbids', () => {
  test('a capture and a refund, for now, and no key is used up', async () => {
    const key = { 'idempotency-key': newKey() }
    const slow = await whileInProgress(api, { amount: 900 }, async ({ paymentId, ...pending }) => {
      expect(pending).toMatchObject({ status: 'REQUESTED', captureBefore: null })
      expect(pending.pendingOperation).toMatchObject({ kind: 'authorize', amount: 900 })

      for (const [change, reply] of [
        ['capture', await api.capture(paymentId)],
        ['capture', await api.capture(paymentId, {}, key)],
        ['refund', await api.refund(paymentId)],
        ['refund', await api.refund(paymentId, { amount: 900 }, { 'idempotency-key': newKey() })],
      ] as const) {
        const error = expectError(reply, 409, codes[change])
        expect(error).toMatchObject({ paymentId, details: { reason: 'in_progress' } })
        expectRetryAfter(reply)
      }
    })
    const { paymentId } = expectMutation(slow, 201)
    const capture = await api.capture(paymentId, {}, key)
    expect(expectMutation(capture, 200)).toMatchObject({ status: 'COMPLETED', pendingOperation: null })
  })

  test('a pending authorization shows in the reads of its payment', async () => {
    const slow = await whileInProgress(api, {}, async ({ paymentId }) => {
      const payment = expectDetail(await api.payment(paymentId))
      const { operations } = expectOperations(await api.operations(paymentId))

      expect(payment).toMatchObject({ status: 'REQUESTED', events: [], ledgerEntries: [] })
      expect(operations).toMatchObject([{ kind: 'authorize', state: 'PENDING', attempt: 1, finishedAt: null }])
      expect(payment.pendingOperation).toEqual({
        operationId: operations[0]!.operationId,
        kind: 'authorize',
        amount: payment.amount,
        since: operations[0]!.createdAt,
      })
    })
    expectMutation(slow, 201)
  })
})
