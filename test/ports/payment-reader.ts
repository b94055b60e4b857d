/** The contract of `PaymentReader`: a payment with its entries, events and operations, lists page by page, and what became of a key. */
import { describe, expect, test } from '@jest/globals'
import { movement } from '../../shared/domain/ledger.ts'
import type { Payment } from '../../shared/domain/payment.ts'
import { answerOf, ids, MERCHANT, NOW_MS, newOperation, newPayment, stored } from '../support/rows.ts'
import type { OpenPorts, PortsUnderTest } from './ports-under-test.ts'

export function describePaymentReader(name: string, open: OpenPorts): void {
  describe(`payment reader of ${name}`, () => {
    testOne(open)
    testOperations(open)
    testLists(open)
    testKeys(open)
  })
}

async function inserted(ports: PortsUnderTest, given: Partial<Payment> = {}): Promise<Payment> {
  const payment = newPayment(given)
  await ports.transactions.run(payment.paymentId, tx => ports.payments.insert(tx, payment))
  return stored(payment)
}

const NOW = '2026-01-02T03:04:05.006Z'

/** Captured, with its entry and two events: the first published and archived, the second waiting. */
async function captured(ports: PortsUnderTest) {
  const { transactions, ledger, outbox } = ports
  const payment = await inserted(ports, { status: 'COMPLETED', capturedMinor: 10_000 })
  const { paymentId } = payment
  const eventIds = [ids.event(), ids.event()] as const
  const moved = movement('capture', MERCHANT, 10_000, 'KRW')
  const entry = { ...moved, entryId: ids.entry(), paymentId, eventId: eventIds[1], occurredAtMs: NOW_MS }
  const event = { messageKey: paymentId, payload: '{}', shard: 3, traceparent: null }
  await transactions.run(paymentId, async tx => {
    for (const [index, topic] of ['payment.authorized', 'payment.captured'].entries())
      await outbox.insert(tx, { ...event, eventId: eventIds[index]!, topic, sequence: index + 1 }, NOW_MS)
    await ledger.insert(tx, [entry], NOW_MS)
  })
  const [first] = await outbox.listFrom(0, 1)
  await transactions.run(paymentId, tx => outbox.markPublished(tx, [first!.id], NOW_MS))
  await transactions.run(paymentId, tx => outbox.archive(tx, [first!.id]))
  return { payment, entry, eventIds }
}

function testOne(open: OpenPorts): void {
  test('finds a payment with its entries, and with its events in their order, archived ones too', async () => {
    const ports = await open()
    const { payment, entry, eventIds } = await captured(ports)

    expect(await ports.reader.find(payment.paymentId)).toEqual({
      payment,
      pendingOperation: null,
      ledgerEntries: [entry],
      events: [
        { eventId: eventIds[0], type: 'payment.authorized', sequence: 1, createdAt: NOW, publishedAt: NOW },
        { eventId: eventIds[1], type: 'payment.captured', sequence: 2, createdAt: NOW, publishedAt: null },
      ],
    })
    expect(await ports.reader.find('pay_unknown')).toBeUndefined()
  })

  test('shows the operation that is pending', async () => {
    const ports = await open()
    const operationId = ids.operation()
    const { paymentId } = await inserted(ports, { pendingOperationId: operationId })
    const operation = newOperation(paymentId, { operationId, kind: 'capture', amountMinor: 7 })
    await ports.transactions.run(paymentId, tx => ports.operations.insert(tx, operation))

    const pendingOperation = { operationId, kind: 'capture', amountMinor: 7, sinceMs: NOW_MS }
    expect(await ports.reader.find(paymentId)).toMatchObject({ pendingOperation, ledgerEntries: [], events: [] })
    expect(await ports.reader.list({ limit: 1 })).toMatchObject([{ pendingOperation }])
  })
}

function testOperations(open: OpenPorts): void {
  test('gives the operations of a payment by their sequence, whatever their ids say', async () => {
    const ports = await open()
    const { paymentId } = await inserted(ports)
    const due = { nextAttemptAtMs: NOW_MS + 2 }
    const first = newOperation(paymentId, due)
    const second = newOperation(paymentId, { ...due, idempotencyKey: null, reason: '한국' })
    await ports.transactions.run(paymentId, async tx => {
      await ports.operations.insert(tx, { ...first, sequence: 2 })
      await ports.operations.insert(tx, { ...second, sequence: 1 })
    })
    const outcome = { state: 'DECLINED', declineReason: 'lost_card', nowMs: NOW_MS + 1 } as const
    await ports.transactions.run(paymentId, tx => ports.operations.finish(tx, first, outcome))

    const view = { kind: 'authorize', amount: 10_000, currency: 'KRW', attempt: 1, createdAt: NOW }
    const finishedAt = '2026-01-02T03:04:05.007Z'
    const finished = { state: 'DECLINED', declineReason: 'lost_card', finishedAt, nextAttemptAt: null }
    const nextAttemptAt = '2026-01-02T03:04:05.008Z'
    const pending = { state: 'PENDING', declineReason: null, finishedAt: null, nextAttemptAt }
    expect(await ports.reader.operations(paymentId)).toEqual([
      { ...view, ...pending, operationId: second.operationId, reason: '한국' },
      { ...view, ...finished, operationId: first.operationId, reason: null },
    ])
    expect(await ports.reader.operations('pay_unknown')).toBeUndefined()
  })
}

function testLists(open: OpenPorts): void {
  test('lists the newest first, by merchant and status, from a place on', async () => {
    const ports = await open()
    const [first, second, third] = [
      await inserted(ports),
      await inserted(ports, { merchantId: 'Shop' }),
      await inserted(ports, { status: 'DECLINED' }),
    ]
    const listed = async (query: {
      merchantId?: string
      status?: 'DECLINED'
      limit?: number
      beforePaymentId?: string
    }) => (await ports.reader.list({ limit: 10, ...query })).map(detail => detail.payment)

    expect(await listed({})).toEqual([third, second, first])
    expect(await listed({ limit: 2 })).toEqual([third, second])
    expect(await listed({ beforePaymentId: third.paymentId })).toEqual([second, first])
    expect(await listed({ merchantId: MERCHANT })).toEqual([third, first])
    expect(await listed({ merchantId: MERCHANT, status: 'DECLINED' })).toEqual([third])
    expect(await listed({ merchantId: 'SHOP' })).toEqual([])
  })
}

/** An operation with its key, claimed together. */
async function claimed(ports: PortsUnderTest) {
  const { paymentId } = await inserted(ports)
  const operation = newOperation(paymentId, { kind: 'capture', idempotencyKey: 'Key' })
  const { operationId } = operation
  await ports.transactions.run(paymentId, async tx => {
    const claim = { key: 'Key', fingerprint: 'v1:f', canonicalRequest: '{}' }
    await ports.answers.open(tx, { ...claim, merchantId: MERCHANT, operationId, nowMs: NOW_MS })
    await ports.operations.insert(tx, operation)
  })
  return { operation, use: { operationId, paymentId, kind: 'capture' } }
}

const FINISHED_AT_MS = NOW_MS + 7

/** Both in one transaction, as a record does it. */
const finished = (ports: PortsUnderTest, operation: ReturnType<typeof newOperation>) =>
  ports.transactions.run(operation.paymentId, async tx => {
    const nowMs = FINISHED_AT_MS
    await ports.operations.finish(tx, operation, { state: 'SUCCEEDED', declineReason: null, nowMs })
    await ports.answers.finish(tx, { merchantId: MERCHANT, key: 'Key', answer: answerOf('{}'), nowMs })
  })

function testKeys(open: OpenPorts): void {
  test('a key of an operation is pending, then has its answer, then only its operation', async () => {
    const ports = await open()
    const { operation, use } = await claimed(ports)
    const pending = { use, createdAtMs: NOW_MS, finishedAtMs: null, statusCode: null }
    expect(await ports.reader.findKey(MERCHANT, 'Key')).toEqual(pending)

    await finished(ports, operation)
    const answered = { ...pending, finishedAtMs: FINISHED_AT_MS, statusCode: 201 }
    expect(await ports.reader.findKey(MERCHANT, 'Key')).toEqual(answered)

    await ports.answers.prune(FINISHED_AT_MS, 1)
    expect(await ports.reader.findKey(MERCHANT, 'Key')).toEqual({ ...answered, statusCode: null })
  })

  test('a key that was refused has its request, until it is pruned', async () => {
    const ports = await open()
    const key = 'refused'
    const canonicalRequest = '{"operation":"refund"}'
    await ports.transactions.run(key, async tx => {
      const claim = { key, fingerprint: 'v1:f', canonicalRequest, operationId: null }
      await ports.answers.open(tx, { ...claim, merchantId: MERCHANT, nowMs: NOW_MS })
      await ports.answers.finish(tx, { merchantId: MERCHANT, key, answer: answerOf('{}'), nowMs: FINISHED_AT_MS })
    })
    const use = { operationId: null, canonicalRequest }
    const found = { use, createdAtMs: NOW_MS, finishedAtMs: FINISHED_AT_MS, statusCode: 201 }
    expect(await ports.reader.findKey(MERCHANT, key)).toEqual(found)

    await ports.answers.prune(FINISHED_AT_MS, 1)
    expect(await ports.reader.findKey(MERCHANT, key)).toBeUndefined()
  })

  test('keys and merchants are told apart to the letter, and operations without a key are none', async () => {
    const ports = await open()
    const { operation } = await claimed(ports)
    const keyless = newOperation(operation.paymentId, { idempotencyKey: null, sequence: 2 })
    await ports.transactions.run(operation.paymentId, tx => ports.operations.insert(tx, keyless))

    for (const [merchantId, key] of [
      [MERCHANT, 'key'],
      ['Shop', 'Key'],
      [MERCHANT, 'null'],
    ] as const)
      expect(await ports.reader.findKey(merchantId, key)).toBeUndefined()
  })
}
