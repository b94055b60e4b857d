/** The resolver: who is taken over and when, what the acquirer is asked, and what becomes of each answer. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from './authorize-payment.ts'
import { answerIn, authorizeRequestOf, bodyIn, caller, claimOf, createFakePorts, type FakePorts } from './fakes.ts'
import { DependencyUnavailableError, type Verdict } from './ports.ts'
import { resolveUnknown } from './resolve-unknown.ts'

const FAR = 1_000_000

const resolve = (ports: FakePorts, limit = 10) => resolveUnknown(ports, limit, ports.clock.nowMs() + FAR)
const authorize = (ports: FakePorts, key: string) => authorizePayment(ports, authorizeRequestOf(), claimOf(key), caller)

/** Authorizations whose outcome the acquirer did not tell. */
async function unknown(keys: string[] = ['key-1']) {
  const ports = createFakePorts()
  for (const key of keys) {
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    await authorize(ports, key)
  }
  ports.acquirer.calls.length = 0
  ports.clock.advance(ports.policy.inquiryBackoffMs)
  return ports
}

const statuses = (ports: FakePorts) => ports.payments.table.rows().map(row => row.status)

describe('resolveUnknown', () => {
  test.each<{ found: Verdict; status: string; event: string; statusCode: number }>([
    { found: { kind: 'approved' }, status: 'AUTHORIZED', event: 'payment.authorized', statusCode: 201 },
    { found: { kind: 'declined', reason: 'no_money' }, status: 'DECLINED', event: 'payment.declined', statusCode: 402 },
  ])(
    'an operation found $found.kind is recorded, and its key answers so',
    async ({ found, status, event, statusCode }) => {
      const ports = await unknown()
      ports.acquirer.script.inquire.push(found)

      expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

      expect(ports.acquirer.asked).toEqual(['inquire'])
      expect(statuses(ports)).toEqual([status])
      expect(ports.outbox.table.rows().map(row => row.topic)).toEqual([event])
      expect(ports.doorbell.rings).toEqual([ports.payments.table.rows()[0]!.shard])
      const repeat = await authorize(ports, 'key-1')
      expect(repeat).toMatchObject({ kind: 'answered', replayed: true })
      expect(answerIn(repeat).statusCode).toBe(statusCode)
    },
  )

  test('an operation that the acquirer does not know is canceled there, and only then FAILED', async () => {
    const ports = await unknown()
    ports.acquirer.script.cancel.push(async () => {
      expect(statuses(ports)).toEqual(['REQUESTED'])
      return { kind: 'canceled' }
    })

    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    expect(ports.acquirer.asked).toEqual(['inquire', 'cancel'])
    expect(statuses(ports)).toEqual(['FAILED'])
    expect(ports.operations.table.rows()).toMatchObject([{ state: 'FAILED' }])
    expect(ports.outbox.table.rows()).toEqual([])
    const repeat = await authorize(ports, 'key-1')
    expect(answerIn(repeat).statusCode).toBe(402)
    expect(bodyIn(repeat)).toMatchObject({ code: 'PAYMENT_DECLINED', details: { reason: 'canceled' } })
  })

  test('an operation that arrived there between inquiry and cancel is recorded as what it became', async () => {
    const ports = await unknown()
    ports.acquirer.script.cancel.push({ kind: 'approved' })

    await resolve(ports)

    expect(statuses(ports)).toEqual(['AUTHORIZED'])
  })

  test('a cancel that was not confirmed fails nothing: it is asked again later', async () => {
    const ports = await unknown()
    ports.acquirer.script.cancel.push({ kind: 'unknown' })

    expect(await resolve(ports)).toEqual({ resolved: 0, stillUnknown: 1 })

    expect(statuses(ports)).toEqual(['REQUESTED'])
    expect(ports.operations.table.rows()).toMatchObject([{ state: 'PENDING', attempt: 2 }])
  })

  test('every attempt waits twice as long as the one before, at most 64 times the first wait', async () => {
    const ports = await unknown()
    const waits: number[] = []

    for (let round = 0; round < 9; round++) {
      ports.acquirer.script.inquire.push({ kind: 'unknown' })
      expect(await resolve(ports)).toEqual({ resolved: 0, stillUnknown: 1 })
      const waitMs = ports.operations.table.rows()[0]!.nextAttemptAtMs - ports.clock.nowMs()
      waits.push(waitMs / ports.policy.inquiryBackoffMs)
      ports.clock.advance(waitMs - 1)
      expect(await resolve(ports)).toEqual({ resolved: 0, stillUnknown: 0 })
      ports.clock.advance(1)
    }

    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 64, 64, 64])
  })

  test('an operation that somebody still works on is left alone', async () => {
    const ports = createFakePorts()
    const answerNow = ports.acquirer.hold('submit')
    const running = authorize(ports, 'key-1')
    await ports.acquirer.untilAsked(1)

    ports.clock.advance(ports.policy.leaseMs - 1)
    expect(await resolve(ports)).toEqual({ resolved: 0, stillUnknown: 0 })
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(1)
    expect(await resolve(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    answerNow({ kind: 'declined', reason: 'too_late' })
    expect(await running).toMatchObject({ kind: 'answered', replayed: true })
    expect(statuses(ports)).toEqual(['AUTHORIZED'])
  })

  test('finished operations are never asked about', async () => {
    const ports = createFakePorts()
    await authorize(ports, 'key-1')
    ports.clock.advance(FAR)

    expect(await resolve(ports)).toEqual({ resolved: 0, stillUnknown: 0 })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('two resolvers at once never ask about one operation both', async () => {
    const ports = await unknown(['key-1', 'key-2', 'key-3'])
    ports.acquirer.script.inquire.push({ kind: 'approved' }, { kind: 'approved' }, { kind: 'approved' })

    const summaries = await Promise.all([resolve(ports), resolve(ports)])

    expect(summaries[0]!.resolved + summaries[1]!.resolved).toBe(3)
    const asked = ports.acquirer.calls.map(call => call.order.operationId)
    expect(new Set(asked).size).toBe(asked.length)
    expect(ports.outbox.table.rows()).toHaveLength(3)
  })

  test('the longest due come first, and no more than the limit', async () => {
    const ports = await unknown(['key-1', 'key-2', 'key-3'])
    const [first, second] = ports.operations.table.rows().map(row => row.operationId)

    expect(await resolve(ports, 2)).toEqual({ resolved: 2, stillUnknown: 0 })

    expect(ports.acquirer.calls.filter(call => call.kind === 'inquire').map(call => call.order.operationId)).toEqual([
      first,
      second,
    ])
  })

  test('nothing is begun after the deadline; what was begun is ended', async () => {
    const ports = await unknown(['key-1', 'key-2', 'key-3'])
    const slow = async (): Promise<Verdict> => {
      ports.clock.advance(5_000)
      return { kind: 'approved' }
    }
    ports.acquirer.script.inquire.push(slow, slow, slow)

    expect(await resolveUnknown(ports, 10, ports.clock.nowMs() + 6_000)).toEqual({ resolved: 2, stillUnknown: 0 })
    expect(statuses(ports)).toEqual(['AUTHORIZED', 'AUTHORIZED', 'REQUESTED'])
  })

  test('without a database it says so, and asks nobody', async () => {
    const ports = await unknown()
    ports.transactions.away = true

    await expect(resolve(ports)).rejects.toThrow(DependencyUnavailableError)
    expect(ports.acquirer.calls).toEqual([])
  })
})
