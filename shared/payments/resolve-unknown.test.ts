/** The resolver: who is taken over and when, what the acquirer is asked, how many at once, and what becomes of each answer. */
import { describe, expect, test } from '@jest/globals'
import { authorizePayment } from './authorize-payment.ts'
import {
  answerIn,
  authorizeRequestOf,
  bodyIn,
  caller,
  claimOf,
  createFakePorts,
  type FakePorts,
  resolveDue,
} from './fakes.ts'
import { DependencyUnavailableError, type Verdict } from './ports.ts'
import { type ResolvedOperation, resolveUnknown } from './resolve-unknown.ts'

const FAR_MS = 1_000_000

const authorize = (ports: FakePorts, key: string) => authorizePayment(ports, authorizeRequestOf(), claimOf(key), caller)

/** A run that goes on for so long, and what it told its observer. */
async function resolveFor(ports: FakePorts, durationMs: number, concurrency = 4) {
  const resolved: ResolvedOperation[] = []
  const failed: Array<{ operationId: string; error: unknown }> = []
  const summary = await resolveUnknown(ports, {
    concurrency,
    deadlineMs: ports.clock.nowMs() + durationMs,
    observer: {
      resolved: operation => void resolved.push(operation),
      failed: (operationId, error) => void failed.push({ operationId, error }),
    },
  })
  return { summary, resolved, failed }
}

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

      expect(await resolveDue(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

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

    expect(await resolveDue(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

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

    await resolveDue(ports)

    expect(statuses(ports)).toEqual(['AUTHORIZED'])
  })

  test('a cancel that was not confirmed fails nothing: it is asked again later', async () => {
    const ports = await unknown()
    ports.acquirer.script.cancel.push({ kind: 'unknown' })

    expect(await resolveDue(ports)).toEqual({ resolved: 0, stillUnknown: 1 })

    expect(statuses(ports)).toEqual(['REQUESTED'])
    expect(ports.operations.table.rows()).toMatchObject([{ state: 'PENDING', attempt: 2 }])
  })

  test('every attempt waits twice as long as the one before, at most 64 times the first wait', async () => {
    const ports = await unknown()
    const waits: number[] = []

    for (let round = 0; round < 9; round++) {
      ports.acquirer.script.inquire.push({ kind: 'unknown' })
      expect(await resolveDue(ports)).toEqual({ resolved: 0, stillUnknown: 1 })
      const waitMs = ports.operations.table.rows()[0]!.nextAttemptAtMs - ports.clock.nowMs()
      waits.push(waitMs / ports.policy.inquiryBackoffMs)
      ports.clock.advance(waitMs - 1)
      expect(await resolveDue(ports)).toEqual({ resolved: 0, stillUnknown: 1 })
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
    expect(await resolveDue(ports)).toEqual({ resolved: 0, stillUnknown: 0 })
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(1)
    expect(await resolveDue(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    answerNow({ kind: 'declined', reason: 'too_late' })
    expect(await running).toMatchObject({ kind: 'answered', replayed: true })
    expect(statuses(ports)).toEqual(['AUTHORIZED'])
  })

  test('finished operations are never asked about', async () => {
    const ports = createFakePorts()
    await authorize(ports, 'key-1')
    ports.clock.advance(FAR_MS)

    expect(await resolveDue(ports)).toEqual({ resolved: 0, stillUnknown: 0 })
    expect(ports.acquirer.asked).toEqual(['submit'])
  })

  test('two resolvers at once never ask about one operation both', async () => {
    const ports = await unknown(['key-1', 'key-2', 'key-3'])
    ports.acquirer.script.inquire.push({ kind: 'approved' }, { kind: 'approved' }, { kind: 'approved' })

    const summaries = await Promise.all([resolveDue(ports), resolveDue(ports)])

    expect(summaries[0]!.resolved + summaries[1]!.resolved).toBe(3)
    const asked = ports.acquirer.calls.map(call => call.order.operationId)
    expect(new Set(asked).size).toBe(asked.length)
    expect(ports.outbox.table.rows()).toHaveLength(3)
  })

  test('the longest due come first', async () => {
    const ports = await unknown(['key-1', 'key-2', 'key-3'])
    const rows = ports.operations.table.rows()
    ports.clock.advance(5)
    await ports.operations.release(rows[0]!, ports.clock.nowMs(), ports.clock.nowMs())

    await resolveDue(ports, 1)

    const inquiries = ports.acquirer.calls.filter(call => call.kind === 'inquire')
    expect(inquiries.map(call => call.order.operationId)).toEqual(
      [rows[1], rows[2], rows[0]].map(row => row!.operationId),
    )
  })

  test('as many are asked about at once as may be, and all in the end', async () => {
    const ports = await unknown(Array.from({ length: 20 }, (_, number) => `key-${number}`))
    let [atOnce, atOnceMax] = [0, 0]
    for (let number = 0; number < 20; number++)
      ports.acquirer.script.inquire.push(async () => {
        atOnceMax = Math.max(atOnceMax, ++atOnce)
        await new Promise(setImmediate)
        atOnce--
        return { kind: 'approved' }
      })

    expect(await resolveDue(ports, 6)).toEqual({ resolved: 20, stillUnknown: 0 })
    expect(atOnceMax).toBe(6)
  })

  test('nothing is begun after the deadline; what was begun is ended', async () => {
    const ports = await unknown(['key-1', 'key-2', 'key-3'])
    const slow = async (): Promise<Verdict> => {
      ports.clock.advance(5_000)
      return { kind: 'approved' }
    }
    ports.acquirer.script.inquire.push(slow, slow, slow)

    expect((await resolveFor(ports, 6_000, 1)).summary).toEqual({ resolved: 2, stillUnknown: 1 })
    expect(statuses(ports)).toEqual(['AUTHORIZED', 'AUTHORIZED', 'REQUESTED'])
  })

  test('looks again while an outcome is unknown, and ends when none is', async () => {
    const ports = await unknown()
    ports.acquirer.script.inquire.push({ kind: 'unknown' }, { kind: 'unknown' }, { kind: 'approved' })
    const beganMs = ports.clock.nowMs()

    const { summary } = await resolveFor(ports, 45_000)

    expect(summary).toEqual({ resolved: 1, stillUnknown: 0 })
    // The second inquiry was due 2 s after the first, the third 4 s after that.
    expect(ports.clock.nowMs() - beganMs).toBe(6_000)
  })

  test('ends at once when there is nothing to find out, although somebody works on an operation', async () => {
    const ports = createFakePorts()
    ports.acquirer.hold('submit')
    void authorize(ports, 'key-1')
    await ports.acquirer.untilAsked(1)
    const beganMs = ports.clock.nowMs()

    expect((await resolveFor(ports, 45_000)).summary).toEqual({ resolved: 0, stillUnknown: 0 })
    expect(ports.clock.nowMs()).toBe(beganMs)
  })

  test('asks nobody while the acquirer is known to be away, and goes on when it is back', async () => {
    const ports = await unknown(['key-1', 'key-2'])
    ports.acquirer.reachable = false
    let sleeps = 0
    ports.clock.onSlept = () => {
      expect(ports.acquirer.calls).toEqual([])
      ports.acquirer.reachable = ++sleeps === 3
    }

    expect((await resolveFor(ports, 45_000)).summary).toEqual({ resolved: 2, stillUnknown: 0 })
    // Nobody was asked, so no attempt was used up.
    expect(ports.operations.table.rows().map(row => row.attempt)).toEqual([2, 2])
  })

  test('operations that the acquirer never answers hold back no other', async () => {
    const ports = await unknown(['poison-1', 'poison-2', 'poison-3'])
    const poison = new Set(ports.operations.table.rows().map(row => row.operationId))
    const { inquire } = ports.acquirer
    const answerNow: Array<(verdict: Verdict) => void> = []
    ports.acquirer.inquire = order =>
      poison.has(order.operationId)
        ? new Promise(resolve => answerNow.push(resolve))
        : inquire.call(ports.acquirer, order)
    for (const key of ['key-1', 'key-2', 'key-3']) {
      ports.acquirer.script.submit.push({ kind: 'unknown' })
      await authorize(ports, key)
    }
    ports.clock.advance(ports.policy.inquiryBackoffMs)

    const run = resolveFor(ports, 1, 4)
    await ports.acquirer.untilAsked(3 + 2 * 3)
    expect(
      ports.operations.table
        .rows()
        .filter(row => row.state === 'PENDING')
        .map(row => row.operationId),
    ).toEqual([...poison])
    for (const answer of answerNow) answer({ kind: 'unknown' })

    expect((await run).summary).toEqual({ resolved: 3, stillUnknown: 3 })
  })

  test('one whose outcome cannot be recorded holds back no other, and is tried again when its lease has run out', async () => {
    const ports = await unknown(['poison', 'key-1', 'key-2'])
    const [poison] = ports.operations.table.rows()
    ports.payments.table.drop(poison!.paymentId)

    const { summary, failed } = await resolveFor(ports, 1)

    expect(summary).toEqual({ resolved: 2, stillUnknown: 1 })
    expect(failed).toEqual([
      { operationId: poison!.operationId, error: new Error(`operation ${poison!.operationId} has no payment`) },
    ])
    ports.clock.advance(ports.policy.leaseMs - 1)
    expect((await resolveFor(ports, 1)).failed).toEqual([])
    ports.clock.advance(1)
    expect((await resolveFor(ports, 1)).failed).toHaveLength(1)
  })

  test('tells of each what the acquirer said', async () => {
    const ports = await unknown(['key-1', 'key-2'])
    ports.acquirer.script.inquire.push({ kind: 'declined', reason: 'no_money' })

    const { resolved } = await resolveFor(ports, FAR_MS, 1)

    const rows = ports.operations.table.rows()
    expect(resolved).toEqual([
      { paymentId: rows[0]!.paymentId, operationId: rows[0]!.operationId, kind: 'authorize', verdict: 'declined' },
      { paymentId: rows[1]!.paymentId, operationId: rows[1]!.operationId, kind: 'authorize', verdict: 'canceled' },
    ])
  })

  test('an authorization that is captured in the same call is found out, and its capture is executed', async () => {
    const ports = createFakePorts()
    ports.acquirer.script.submit.push({ kind: 'unknown' })
    const request = authorizeRequestOf({ capture: true })
    await authorizePayment(ports, request, claimOf('key-1', request), caller)
    ports.acquirer.script.inquire.push({ kind: 'approved' })
    ports.clock.advance(ports.policy.inquiryBackoffMs)

    expect(await resolveDue(ports)).toEqual({ resolved: 1, stillUnknown: 0 })

    expect(ports.acquirer.calls.map(call => [call.kind, call.order.kind])).toEqual([
      ['submit', 'authorize'],
      ['inquire', 'authorize'],
      ['submit', 'capture'],
    ])
    expect(statuses(ports)).toEqual(['COMPLETED'])
  })

  test('without a database it says so, and asks nobody', async () => {
    const ports = await unknown()
    ports.transactions.away = true

    await expect(resolveDue(ports)).rejects.toThrow(DependencyUnavailableError)
    expect(ports.acquirer.calls).toEqual([])
  })
})
