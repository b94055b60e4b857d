/** The job that lets go of holds that were not captured in time. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf } from '../../shared/payments/fakes.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { createHandlerPorts } from '../../test/unit/http-fakes.ts'
import { createHandler } from './expire-authorizations.ts'

const JOB_TIMEOUT_MS = 60_000

async function withExpired(count: number) {
  const ports = createHandlerPorts()
  for (let number = 0; number < count; number++)
    await authorizePayment(ports, authorizeRequestOf(), claimOf(`key-${number}`), caller)
  ports.acquirer.calls.length = 0
  ports.clock.advance(ports.policy.captureWindowMs)
  return { ports, handler: createHandler(ports) }
}

describe('expire-authorizations', () => {
  test('counts and tells what it expired', async () => {
    const { ports, handler } = await withExpired(3)
    ports.acquirer.script.submit.push({ kind: 'approved' }, { kind: 'unknown' })

    expect(await handler()).toEqual({ expired: 2, unknown: 1 })

    expect(ports.observer.operations.filter(({ kind }) => kind === 'expire')).toHaveLength(2)
    expect(ports.log.lines).toMatchObject([{ level: 'info', fields: { expired: 2, unknown: 1 } }])
  })

  test('says nothing when there is nothing to do', async () => {
    const { ports, handler } = await withExpired(0)

    expect(await handler()).toEqual({ expired: 0, unknown: 0 })
    expect(ports.log.lines).toEqual([])
  })

  test('an acquirer that takes its whole time-out for each does not carry it beyond its own', async () => {
    const { ports, handler } = await withExpired(30)
    const beganMs = ports.clock.nowMs()
    for (let number = 0; number < 30; number++)
      ports.acquirer.script.submit.push(async () => {
        ports.clock.advance(5_000)
        return { kind: 'unknown' }
      })

    await handler()

    expect(ports.clock.nowMs() - beganMs).toBeLessThan(JOB_TIMEOUT_MS + 5_000 * 8)
    expect(ports.acquirer.asked.length).toBeGreaterThan(5)
    expect(ports.acquirer.asked.length).toBeLessThan(30)
  })

  test('throws when the database is away', async () => {
    const { ports, handler } = await withExpired(1)
    ports.transactions.away = true

    await expect(handler()).rejects.toThrow(DependencyUnavailableError)
  })
})
