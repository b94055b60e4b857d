/** The contract of `PaymentReader`: a payment with its entries, events and operations, and lists page by page. */
import { describe, expect, test } from '@jest/globals'
import { movement } from '../../shared/domain/ledger.ts'
import type { Payment } from '../../shared/domain/payment.ts'
import { ids, MERCHANT, NOW_MS, newOperation, newPayment, stored } from '../support/rows.ts'
import type { OpenPorts, PortsUnderTest } from './ports-under-test.ts'

export function describePaymentReader(name: string, open: OpenPorts): void {
  describe(`payment reader of ${name}`, () => {
    testOne(open)
    testOperations(open)
    testLists(open)
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
    const [first, second] = [newOperation(paymentId), newOperation(paymentId, { idempotencyKey: null, reason: '한국' })]
    await ports.transactions.run(paymentId, async tx => {
      await ports.operations.insert(tx, { ...first, sequence: 2 })
      await ports.operations.insert(tx, { ...second, sequence: 1 })
    })
    const outcome = { state: 'DECLINED', declineReason: 'lost_card', nowMs: NOW_MS + 1 } as const
    await ports.transactions.run(paymentId, tx => ports.operations.finish(tx, first, outcome))

    const view = { kind: 'authorize', amount: 10_000, currency: 'KRW', attempt: 1, createdAt: NOW }
    const finished = { state: 'DECLINED', declineReason: 'lost_card', finishedAt: '2026-01-02T03:04:05.007Z' }
    const pending = { state: 'PENDING', declineReason: null, finishedAt: null }
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
