/** What the observer of operations is told: each operation once, when its outcome is committed, whoever decided it. */
import { describe, expect, test } from '@jest/globals'
import { SEED } from '../../test/unit/seed.ts'
import { ProcessClock } from '../runtime/process-clock.ts'
import { advanceClock } from './advance-clock.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import { expirePayments } from './expire-payments.ts'
import { shuffledTurns } from './fake-store.ts'
import {
  authorizeRequestOf,
  bodyIn,
  caller,
  claimFor,
  claimOf,
  createFakePorts,
  type FakePorts,
  resolveDue,
} from './fakes.ts'
import { type DecidedOperation, DependencyUnavailableError, type Transaction } from './ports.ts'
import { refundPayment } from './refund-payment.ts'
import { settleByHand } from './settle-by-hand.ts'

const DAY_MS = 24 * 60 * 60_000

const authorize = (ports: FakePorts, key = 'key-1', given: { capture?: boolean } = {}) => {
  const request = authorizeRequestOf(given)
  return authorizePayment(ports, request, claimOf(key, request), { ...caller })
}

const told = ({ observer }: FakePorts) => observer.operations.map(({ kind, state, by }) => `${kind} ${state} ${by}`)

/** An authorization that the acquirer does not answer. */
async function unknown(ports: FakePorts, given?: { capture?: boolean }) {
  ports.acquirer.script.submit.push({ kind: 'unknown' })
  await authorize(ports, 'key-1', given)
  return ports.operations.table.rows()[0]!.operationId
}

describe('told of a request', () => {
  test('is what was decided, with its amount', async () => {
    const ports = createFakePorts()
    const { paymentId } = bodyIn(await authorize(ports))
    const body = { amount: 4_000, finalCapture: true }
    await capturePayment(ports, paymentId, body, claimFor('key-2', 'capture', paymentId, body), { ...caller })
    ports.acquirer.script.submit.push({ kind: 'declined', reason: 'lost_card' })
    await refundPayment(ports, paymentId, {}, undefined, { ...caller })

    const rest = { currency: 'KRW', by: 'request', declineReason: null, state: 'SUCCEEDED' } as const
    const decided: DecidedOperation[] = [
      { ...rest, kind: 'authorize', amountMinor: 10_000 },
      { ...rest, kind: 'capture', amountMinor: 4_000 },
      { ...rest, kind: 'refund', amountMinor: 4_000, state: 'DECLINED', declineReason: 'lost_card' },
    ]
    expect(ports.observer.operations).toEqual(decided)
  })

  test('are two operations when it authorizes and captures', async () => {
    const ports = createFakePorts()
    await authorize(ports, 'key-1', { capture: true })

    expect(told(ports)).toEqual(['authorize SUCCEEDED request', 'capture SUCCEEDED request'])
  })

  test('is nothing for a repeat, a refusal by state, another request with its key, and one without an answer', async () => {
    const ports = createFakePorts()
    const { paymentId } = bodyIn(await authorize(ports))
    await authorize(ports)
    await refundPayment(ports, paymentId, {}, undefined, { ...caller })
    const other = authorizeRequestOf({ amount: 5 })
    await authorizePayment(ports, other, claimOf('key-1', other), { ...caller })
    expect(told(ports)).toHaveLength(1)

    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await capturePayment(ports, paymentId, {}, undefined, { ...caller })
    expect(told(ports)).toHaveLength(1)
  })

  test('is told once when its transaction was rolled back and run again', async () => {
    const ports = createFakePorts()
    await authorize({ ...ports, transactions: rolledBackFirst(ports) } as FakePorts, 'key-1', { capture: true })

    expect(told(ports)).toEqual(['authorize SUCCEEDED request', 'capture SUCCEEDED request'])
  })

  test('is nothing when the record was not committed, or that is not known', async () => {
    const ports = createFakePorts()
    for (const when of ['before', 'after'] as const) {
      ports.acquirer.script.submit.push(async () => {
        ports.transactions.failNextCommit(when)
        return { kind: 'approved' }
      })
      await expect(authorize(ports, `key-${when}`)).rejects.toThrow(DependencyUnavailableError)
    }

    expect(told(ports)).toEqual([])
  })
})

/** Every work is done twice, as that of a group in which another one failed. */
const rolledBackFirst = ({ transactions }: FakePorts) => ({
  run: async <T>(subject: string, work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const rollback = new Error('rolled back')
    const undone = transactions.run(subject, async tx => {
      await work(tx)
      throw rollback
    })
    await expect(undone).rejects.toBe(rollback)
    return transactions.run(subject, work)
  },
})

describe('told of others', () => {
  test('is what the resolver finds out, and the capture that follows', async () => {
    const ports = createFakePorts()
    await unknown(ports, { capture: true })
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(ports.policy.inquiryBackoffMs)
    await resolveDue(ports)

    expect(told(ports)).toEqual(['authorize SUCCEEDED resolve-unknown', 'capture SUCCEEDED resolve-unknown'])
  })

  test('is what the resolver cancels, and what a person settles', async () => {
    const [canceled, settled] = [createFakePorts(), createFakePorts()]
    await unknown(canceled)
    canceled.clock.advance(canceled.policy.inquiryBackoffMs)
    await resolveDue(canceled)
    const operationId = await unknown(settled)
    settled.acquirer.script.cancel.push({ kind: 'unknown' })
    await settleByHand(settled, operationId, { outcome: 'SUCCEEDED', who: 'kim', reason: 'a letter' })

    expect(told(canceled)).toEqual(['authorize FAILED resolve-unknown'])
    expect(told(settled)).toEqual(['authorize SUCCEEDED settle-by-hand'])
  })

  test('is what a repeat finds out', async () => {
    const ports = createFakePorts()
    await unknown(ports)
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    await authorize(ports)

    expect(told(ports)).toEqual(['authorize SUCCEEDED request'])
  })

  test('is each expiry, by the job and by the sandbox clock', async () => {
    const [byJob, byClock] = [createFakePorts(), createFakePorts()]
    await authorize(byJob)
    byJob.clock.advance(byJob.policy.captureWindowMs)
    await expirePayments(byJob, { limit: 10, concurrency: 1, deadlineMs: Number.POSITIVE_INFINITY })
    await authorize(byClock)
    const { clock: real, sandboxClock } = byClock
    const clock = new ProcessClock({ shared: sandboxClock, real, monotonic: real })
    const ports = { ...byClock, clock, followingClocks: [] }
    await advanceClock(ports, clock, { advanceMs: 8 * DAY_MS, workMs: 7_500 })

    const expected = ['authorize SUCCEEDED request', 'expire SUCCEEDED expire-authorizations']
    expect(told(byJob)).toEqual(expected)
    expect(told(byClock)).toEqual(expected)
  })

  test('is the winner alone, in whatever order a late answer, the resolver, a repeat and a person come', async () => {
    for (let seed = SEED; seed < SEED + 100; seed++) {
      const ports = createFakePorts({ turn: shuffledTurns(seed) })
      const answer = ports.acquirer.hold('submit')
      const late = authorize(ports)
      await ports.acquirer.untilAsked(1)
      ports.clock.advance(ports.policy.leaseMs)
      const { operationId } = ports.operations.table.rows()[0]!
      answer({ kind: 'approved' })
      const byHand = { outcome: 'SUCCEEDED', who: 'kim', reason: 'a letter' } as const
      await Promise.all([
        late,
        resolveDue(ports),
        authorize(ports),
        settleByHand(ports, operationId, byHand),
        resolveDue(ports),
      ])

      expect(told(ports)).toHaveLength(1)
      const finished = ports.operations.table.rows().filter(({ state }) => state !== 'PENDING')
      expect(told(ports).map(line => line.split(' ').slice(0, 2).join(' '))).toEqual(
        finished.map(({ kind, state }) => `${kind} ${state}`),
      )
    }
  })
})
