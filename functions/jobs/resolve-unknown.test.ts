/** The job that brings unknown outcomes to an end. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf } from '../../shared/payments/fakes.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { createHandler } from './resolve-unknown.ts'

const JOB_TIMEOUT_MS = 60_000

async function withUnknown(count: number) {
  const ports = { ...createHandlerPorts(), metrics: createMetrics() }
  for (let number = 0; number < count; number++) {
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorizePayment(ports, authorizeRequestOf(), claimOf(`key-${number}`), caller)
  }
  ports.clock.advance(ports.policy.inquiryBackoffMs)
  return { ports, handler: createHandler(ports) }
}

describe('resolve-unknown', () => {
  test('counts and tells what it resolved', async () => {
    const { ports, handler } = await withUnknown(3)
    ports.acquirer.script.inquire.push({ kind: 'approved' }, { kind: 'unknown' }, { kind: 'not_found' })

    expect(await handler()).toEqual({ resolved: 2, stillUnknown: 1 })

    expect((await ports.metrics.operationsResolved.get()).values[0]!.value).toBe(2)
    const [first, , last] = ports.operations.table.rows()
    expect(ports.log.lines).toMatchObject([
      { level: 'info', fields: { paymentId: first!.paymentId, operationId: first!.operationId, verdict: 'approved' } },
      { level: 'info', fields: { paymentId: last!.paymentId, operationId: last!.operationId, verdict: 'canceled' } },
      { level: 'info', fields: { resolved: 2, stillUnknown: 1 } },
    ])
  })

  test('says nothing when there is nothing to do', async () => {
    const { ports, handler } = await withUnknown(0)

    expect(await handler()).toEqual({ resolved: 0, stillUnknown: 0 })
    expect(ports.log.lines).toEqual([])
  })

  test('an acquirer that takes its whole time-out for each does not carry it beyond its own', async () => {
    const { ports, handler } = await withUnknown(30)
    const beganMs = ports.clock.nowMs()
    for (let number = 0; number < 30; number++)
      ports.acquirer.script.inquire.push(async () => {
        ports.clock.advance(5_000)
        return { kind: 'unknown' }
      })

    await handler()

    expect(ports.clock.nowMs() - beganMs).toBeLessThan(JOB_TIMEOUT_MS)
    expect(ports.acquirer.asked.filter(kind => kind === 'inquire').length).toBeGreaterThan(5)
  })

  test('throws when the database is away', async () => {
    const { ports, handler } = await withUnknown(1)
    ports.transactions.away = true

    await expect(handler()).rejects.toThrow(DependencyUnavailableError)
  })
})
