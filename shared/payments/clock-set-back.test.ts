/** A clock that goes back two hours while an operation is pending, or between the operations of a payment. */
import { describe, expect, test } from '@jest/globals'
import { createIds } from '../runtime/ids.ts'
import { authorizePayment } from './authorize-payment.ts'
import { capturePayment } from './capture-payment.ts'
import {
  answeredIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimFor,
  claimOf,
  createFakePorts,
  type FakePorts,
  resolveDue,
} from './fakes.ts'
import { readOperations } from './read-payments.ts'
import { recordLedger } from './record-ledger.ts'
import { refundPayment } from './refund-payment.ts'

const TWO_HOURS_MS = 2 * 60 * 60_000
const SKEW_MS_MAX = 60_000

const authorize = (ports: FakePorts) => authorizePayment(ports, authorizeRequestOf(), claimOf('key-1'), caller)

/** An authorization whose process has ended while the acquirer was asked. */
async function abandoned(ports = createFakePorts()) {
  ports.acquirer.hold('submit')
  void authorize(ports)
  await ports.acquirer.untilAsked(1)
  return ports
}

/** A process that begins anew at this moment: its ids know nothing of earlier ones. */
const inNewProcess = (ports: FakePorts): FakePorts => ({ ...ports, ids: createIds(() => ports.clock.nowMs()) })

describe('a lease that lies two hours ahead', () => {
  test('has run out, for the resolver', async () => {
    const ports = await abandoned()
    ports.clock.advance(-TWO_HOURS_MS)

    expect(await resolveDue(ports)).toEqual({ resolved: 1, stillUnknown: 0 })
  })

  test('has run out, for a repeat of the key', async () => {
    const ports = await abandoned()
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(-TWO_HOURS_MS)

    expect(await authorize(ports)).toMatchObject({ kind: 'answered' })
  })

  test('does not keep an outcome unknown whose next inquiry lies as far ahead', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorize(ports)
    ports.clock.advance(-TWO_HOURS_MS)

    expect(await resolveDue(ports)).toEqual({ resolved: 1, stillUnknown: 0 })
  })
})

describe('a key whose answer was recorded after the clock went back', () => {
  test('expires at one time, by its answer and by its operation', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push(async () => {
      ports.clock.advance(-TWO_HOURS_MS)
      return { kind: 'approved' }
    })

    const { expiresAtMs } = answeredIn(await authorize(ports))

    const [operation] = ports.operations.table.rows()
    expect(expiresAtMs).toBe(operation!.finishedAtMs! + ports.policy.answersKeptMs)
    expect(await authorize(ports)).toMatchObject({ expiresAtMs })
  })
})

describe('a clock that is a little behind', () => {
  test.each([1, 50, SKEW_MS_MAX])('by %i ms, takes no live operation over', async behindMs => {
    const ports = await abandoned()
    ports.clock.advance(-behindMs)

    expect(await resolveDue(ports)).toEqual({ resolved: 0, stillUnknown: 0 })
    expect(await authorize(ports)).toEqual({ kind: 'in_progress' })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('by a millisecond more, has been set back', async () => {
    const ports = await abandoned()
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(-SKEW_MS_MAX - 1)

    expect(await authorize(ports)).toMatchObject({ kind: 'answered' })
  })
})

describe('a payment whose steps were taken by processes with the clock going back between them', () => {
  async function refunded() {
    const ports = createFakePorts()
    const { paymentId } = bodyIn(await authorize(inNewProcess(ports)))
    ports.clock.advance(-TWO_HOURS_MS)
    await capturePayment(inNewProcess(ports), paymentId, {}, claimFor('key-2', 'capture', paymentId), caller)
    ports.clock.advance(-TWO_HOURS_MS)
    const answer = bodyIn(
      await refundPayment(inNewProcess(ports), paymentId, {}, claimFor('key-3', 'refund', paymentId), caller),
    )
    return { ports, paymentId, answer }
  }

  test('shows its operations in the order of their claims', async () => {
    const { ports, paymentId } = await refunded()

    const view = await readOperations(ports.reader, paymentId)

    expect(view?.operations.map(operation => operation.kind)).toEqual(['authorize', 'capture', 'refund'])
  })

  test('shows its entries in the order they were written', async () => {
    const { ports, paymentId, answer } = await refunded()

    const entries = await ports.ledger.listByPayment(undefined, paymentId)

    expect(entries.map(entry => entry.type)).toEqual(['capture', 'refund'])
    expect(answer.ledgerEntries.map((entry: { type: string }) => entry.type)).toEqual(['capture', 'refund'])
  })

  test('shows the fee after its capture, though the consumer is another process', async () => {
    const { ports, paymentId } = await refunded()
    ports.clock.advance(-TWO_HOURS_MS)
    const captured = ports.outbox.table.rows().find(row => row.topic === 'payment.captured')!
    const value = Buffer.from(captured.payload)
    const record = { topic: captured.topic, partition: 0, offset: 0, key: Buffer.from(paymentId), value, headers: [] }

    await recordLedger(inNewProcess(ports), [record])

    const types = (await ports.ledger.listByPayment(undefined, paymentId)).map(entry => entry.type)
    expect(types.indexOf('fee')).toBeGreaterThan(types.indexOf('capture'))
  })

  test('was never updated before it was created', async () => {
    const { ports } = await refunded()

    const [payment] = ports.payments.table.rows()

    expect(payment!.updatedAtMs).toBe(payment!.createdAtMs)
  })

  test('has no operation that was finished before it began', async () => {
    const ports = createFakePorts()
    const approve = ports.acquirer.hold('submit')
    const running = authorize(ports)
    await ports.acquirer.untilAsked(1)
    ports.clock.advance(-1_000)
    approve({ kind: 'approved' })
    await running

    const [operation] = ports.operations.table.rows()

    expect(operation!.finishedAtMs).toBe(operation!.createdAtMs)
  })
})
