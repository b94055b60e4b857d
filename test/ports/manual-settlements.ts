/** The contract of `ManualSettlements`: one for each operation, asked about until the acquirer has told its decision. */
import { describe, expect, test } from '@jest/globals'
import { DuplicateKeyError, type ManualSettlement, type Operation } from '../../shared/payments/ports.ts'
import { NOW_MS, newOperation, newPayment } from '../support/rows.ts'
import type { OpenPorts, PortsUnderTest } from './ports-under-test.ts'

/** An operation that was settled by hand so many milliseconds after the others. */
async function settled(ports: PortsUnderTest, afterMs = 0) {
  const payment = newPayment()
  const operation = newOperation(payment.paymentId, { authorizationId: null })
  const settlement: ManualSettlement = {
    operationId: operation.operationId,
    paymentId: payment.paymentId,
    attempt: 2,
    outcome: 'FAILED',
    who: '김',
    reason: '전화로 확인 📞',
    settledAtMs: NOW_MS + afterMs,
  }
  await ports.transactions.run(payment.paymentId, async tx => {
    await ports.payments.insert(tx, payment)
    await ports.operations.insert(tx, operation)
    await ports.manualSettlements.insert(tx, settlement)
  })
  return { settlement, operation }
}

const orderOf = ({ operationId, kind, amountMinor, currency, paymentMethod }: Operation) => ({
  operationId,
  kind,
  amountMinor,
  currency,
  paymentMethod,
  authorizationId: null,
})

export function describeManualSettlements(name: string, open: OpenPorts): void {
  describe(`manual settlements of ${name}`, () => {
    test('are there once for each operation', async () => {
      const ports = await open()
      const { settlement } = await settled(ports)

      const again = ports.transactions.run(settlement.paymentId, tx => ports.manualSettlements.insert(tx, settlement))
      await expect(again).rejects.toBeInstanceOf(DuplicateKeyError)
    })

    test('are unconfirmed, the oldest first, until the acquirer has said what it decided; its first word stays', async () => {
      const ports = await open()
      const { manualSettlements } = ports
      const late = await settled(ports, 7)
      const early = await settled(ports)

      const found = await manualSettlements.unconfirmed(10)
      expect(found.map(({ settlement }) => settlement)).toEqual([early.settlement, late.settlement])
      expect(found[0]!.order).toMatchObject(orderOf(early.operation))
      expect(await manualSettlements.unconfirmed(1)).toHaveLength(1)

      await manualSettlements.confirm(early.operation.operationId, 'canceled')
      await manualSettlements.confirm(early.operation.operationId, 'approved')
      expect((await manualSettlements.unconfirmed(10)).map(({ settlement }) => settlement)).toEqual([late.settlement])
    })
  })
}
