/** The job that brings unknown outcomes to an end. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf } from '../../shared/payments/fakes.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { settleByHand } from '../../shared/payments/settle-by-hand.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { createHandler } from './resolve-unknown.ts'

async function withUnknown(count: number) {
  const ports = createHandlerPorts()
  for (let number = 0; number < count; number++) {
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorizePayment(ports, authorizeRequestOf(), claimOf(`key-${number}`), caller)
  }
  ports.clock.advance(ports.policy.inquiryBackoffMs)
  return { ports, handler: createHandler(ports) }
}

describe('resolve-unknown', () => {
  test('tells what it resolved', async () => {
    const { ports, handler } = await withUnknown(3)
    const rows = ports.operations.table.rows()
    ports.acquirer.script.inquire.push({ kind: 'approved' }, { kind: 'declined', reason: 'no_money' })

    expect(await handler()).toEqual({ resolved: 3, stillUnknown: 0 })

    expect(ports.observer.operations.map(({ state, by }) => `${state} ${by}`).toSorted()).toEqual([
      'DECLINED resolve-unknown',
      'FAILED resolve-unknown',
      'SUCCEEDED resolve-unknown',
    ])
    expect(ports.log.lines.map(line => line.fields.operationId).toSorted()).toEqual(
      [...rows.map(row => row.operationId), undefined].toSorted(),
    )
    expect(ports.log.lines.at(-1)).toMatchObject({ level: 'info', fields: { resolved: 3, stillUnknown: 0 } })
  })

  test('says nothing when there is nothing to do', async () => {
    const { ports, handler } = await withUnknown(0)

    expect(await handler()).toEqual({ resolved: 0, stillUnknown: 0 })
    expect(ports.log.lines).toEqual([])
  })

  test('says which outcome could not be recorded', async () => {
    const { ports, handler } = await withUnknown(1)
    const { operationId, paymentId } = ports.operations.table.rows()[0]!
    ports.payments.table.drop(paymentId)

    await handler()

    expect(ports.log.lines[0]).toMatchObject({ level: 'error', fields: { operationId, err: expect.any(Error) } })
  })

  test('asks about what a person settled until the acquirer has told its decision', async () => {
    const { ports, handler } = await withUnknown(1)
    const { operationId } = ports.operations.table.rows()[0]!
    ports.acquirer.script.cancel.push({ kind: 'unknown' }, { kind: 'approved' })
    await settleByHand(ports, operationId, { outcome: 'FAILED', who: 'kim', reason: 'a letter' })

    await handler()

    expect(ports.alarms.contradicted).toMatchObject([{ settlement: { operationId }, decision: 'approved' }])
  })

  test('throws when the database is away', async () => {
    const { ports, handler } = await withUnknown(1)
    ports.transactions.away = true

    await expect(handler()).rejects.toThrow(DependencyUnavailableError)
  })
})
