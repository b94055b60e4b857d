/** POST /sandbox/clock: what it answers there, under way, and outside the sandbox. */
import { describe, expect, test } from '@jest/globals'
import { contract } from '../../shared/contracts/routes/advance-clock.ts'
import { TARGET_OFFSET_MS_MAX } from '../../shared/payments/advance-clock.ts'
import { authorizePayment } from '../../shared/payments/authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf, FAKE_NOW_MS } from '../../shared/payments/fakes.ts'
import { DependencyUnavailableError } from '../../shared/payments/ports.ts'
import { ProcessClock } from '../../shared/runtime/process-clock.ts'
import { createHandlerPorts, jsonOf } from '../../test/unit/http-fakes.ts'
import { contextOf, httpEvent } from '../../test/unit/lambda-events.ts'
import { createHandler } from './sandbox-clock.ts'

const DAY_MS = 24 * 60 * 60_000

function setUp({ isSandbox = true } = {}) {
  const fakes = createHandlerPorts()
  const clock = new ProcessClock({ shared: fakes.sandboxClock, real: fakes.clock, monotonic: fakes.clock })
  const acquirer = { away: false }
  const following = {
    advanceTo: async () => {
      if (acquirer.away) throw new DependencyUnavailableError('the acquirer is away')
    },
  }
  const ports = { ...fakes, clock, followingClocks: [following], processClock: isSandbox ? clock : undefined }
  const handler = createHandler(ports)
  const post = (body: unknown) =>
    handler(
      httpEvent({ route: 'POST /sandbox/clock', body, headers: { 'content-type': 'application/json' } }) as never,
      contextOf(),
    )
  return { ports, fakes, acquirer, post }
}

describe('POST /sandbox/clock', () => {
  test('is 200 with virtual time when all that fell due is done', async () => {
    const { ports, fakes, post } = setUp()
    await authorizePayment(ports, authorizeRequestOf(), claimOf('key-1'), { ...caller })

    const result = await post({ advance: 'P8D' })

    expect(result.statusCode).toBe(200)
    const body = contract.answers[200].parse(jsonOf(result))
    expect(body).toMatchObject({ offsetMs: 8 * DAY_MS, expired: 1, resolved: 0, pruned: 0, settled: 0 })
    expect(Date.parse(body.now)).toBe(fakes.clock.nowMs() + 8 * DAY_MS)
    expect(fakes.clock.nowMs() - FAKE_NOW_MS).toBeLessThan(8_000)
  })

  test('is 202 with what is left when that takes too long', async () => {
    const { ports, fakes, post } = setUp()
    await authorizePayment(ports, authorizeRequestOf(), claimOf('key-1'), { ...caller })
    fakes.acquirer.reachable = false

    const result = await post({ advance: 'P8D' })

    expect(result.statusCode).toBe(202)
    const body = contract.answers[202].parse(jsonOf(result))
    expect(body).toMatchObject({ expired: 0, left: { expiries: 1, inquiries: 0, answers: 0, settlements: 0 } })
    expect(Date.parse(body.target) - Date.parse(body.now)).toBe(8 * DAY_MS - body.offsetMs)
  })

  test('is 404 outside the sandbox, and moves nothing', async () => {
    const { fakes, post } = setUp({ isSandbox: false })

    expect(jsonOf(await post({ advance: 'P8D' }))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await fakes.sandboxClock.read()).toEqual({ offsetMs: 0, targetOffsetMs: 0 })
  })

  test('is 503 while the acquirer is away, and moves nothing', async () => {
    const { fakes, acquirer, post } = setUp()
    acquirer.away = true

    expect(jsonOf(await post({ advance: 'P8D' }))).toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    expect(await fakes.sandboxClock.read()).toEqual({ offsetMs: 0, targetOffsetMs: 0 })
  })

  test.each([
    { body: {}, path: '/advance' },
    { body: { advance: 'P1M' }, path: '/advance' },
    { body: { advance: 'P401D' }, path: '/advance' },
    { body: { advance: 'P1D', to: 'now' }, path: '/to' },
  ])('refuses $body', async ({ body, path }) => {
    const result = await setUp().post(body)

    expect([result.statusCode, jsonOf(result).details.problems[0].path]).toEqual([400, path])
  })

  test('refuses to go further than a hundred years', async () => {
    const { fakes, post } = setUp()
    await fakes.sandboxClock.addToTarget(TARGET_OFFSET_MS_MAX, TARGET_OFFSET_MS_MAX)

    const result = await post({ advance: 'PT1S' })

    expect([result.statusCode, jsonOf(result).details.problems[0].path]).toEqual([400, '/advance'])
  })
})
