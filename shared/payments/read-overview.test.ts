/** The overview: what each part says, and that one that cannot be had hides no other. */
import { describe, expect, test } from '@jest/globals'
import { ulidTimeOf } from '../domain/ulid-time.ts'
import { authorizePayment } from './authorize-payment.ts'
import { authorizeRequestOf, caller, claimOf, createFakePorts, FAKE_NOW_MS } from './fakes.ts'
import { DependencyUnavailableError } from './ports.ts'
import { readOverview } from './read-overview.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const timeOf = (epochMs: number): string => new Date(epochMs).toISOString()
const noRuns = async () => undefined

type Ports = ReturnType<typeof createFakePorts>

async function authorize(ports: Ports, key: string, verdict?: 'declined' | 'unknown') {
  if (verdict === 'declined') ports.acquirer.script.submit.push({ kind: 'declined', reason: 'no_money' })
  if (verdict === 'unknown') ports.acquirer.script.submit.push({ kind: 'unknown' })
  const request = authorizeRequestOf()
  await authorizePayment(ports, request, claimOf(key, request), caller)
}

describe('readOverview', () => {
  test('counts the payments of the last hour by what became of them, slot by slot', async () => {
    const ports = createFakePorts()
    await authorize(ports, 'too old')
    ports.clock.advance(HOUR_MS)
    await authorize(ports, 'at its beginning')
    ports.clock.advance(HOUR_MS - MINUTE_MS)
    await authorize(ports, 'approved')
    await authorize(ports, 'declined', 'declined')
    await authorize(ports, 'undecided', 'unknown')

    const { payments } = await readOverview(ports, noRuns)

    const toMs = ports.clock.virtualNowMs() + 1
    expect(payments).toMatchObject({ from: timeOf(toMs - HOUR_MS), to: timeOf(toMs) })
    expect(payments).toMatchObject({ approved: 2, refused: 1, undecided: 1 })
    expect(payments!.slots).toHaveLength(12)
    expect(payments!.slots[0]).toEqual({ from: timeOf(toMs - HOUR_MS), approved: 1, refused: 0, undecided: 0 })
    expect(payments!.slots[11]).toMatchObject({ approved: 1, refused: 1, undecided: 1 })
    expect(payments!.slots.slice(1, 11).every(({ approved }) => approved === 0)).toBe(true)
  })

  test('says how far virtual time is ahead, and 0 where the clock was never moved', async () => {
    const ports = createFakePorts()
    const { nowMs } = ports.clock
    // Each look at the real clock is a millisecond later.
    ports.clock.nowMs = () => {
      ports.clock.advance(1)
      return nowMs.call(ports.clock)
    }
    expect((await readOverview(ports, noRuns)).virtualAheadMs).toBe(0)
    ports.clock.advanceVirtual(HOUR_MS)
    expect((await readOverview(ports, noRuns)).virtualAheadMs).toBeCloseTo(HOUR_MS, -2)
  })

  test('says from when on it counted, where there were more payments than it may look at', async () => {
    const ports = createFakePorts()
    ports.overview.lookedAtMax = 2
    for (const key of ['first', 'second', 'third']) {
      await authorize(ports, key)
      ports.clock.advance(MINUTE_MS)
    }

    expect((await readOverview(ports, noRuns)).payments).toMatchObject({
      from: timeOf(FAKE_NOW_MS + MINUTE_MS),
      approved: 2,
    })
  })

  test('says how long the acquirer took for nineteen of twenty, and names the slowest', async () => {
    const ports = createFakePorts()
    const nowMs = ports.clock.nowMs()
    const answers = Array.from({ length: 100 }, (_, index) => ({
      slot: index < 50 ? 3 : 11,
      ...{ operationId: `op_${index}`, paymentId: `pay_${index}`, kind: 'capture' as const },
      ...{ askedAtMs: nowMs, answeredAtMs: nowMs + index + 1 },
    }))
    // The clock of another process: it says nothing.
    const backwards = { ...answers[0]!, operationId: 'op_backwards', answeredAtMs: nowMs - 1 }
    const asked: unknown[] = []
    ports.overview.answerTimes = async (slots, limitEach) => {
      asked.push(slots.length, slots[0], slots.at(-1), limitEach)
      return [...answers, backwards]
    }

    const { acquirer } = await readOverview(ports, noRuns)

    expect(asked).toEqual([
      12,
      { fromMs: nowMs - HOUR_MS, toMs: nowMs - 55 * MINUTE_MS },
      { fromMs: nowMs - 5 * MINUTE_MS, toMs: nowMs },
      200,
    ])
    expect(acquirer).toMatchObject({ operations: 100, p95Ms: 95 })
    expect(acquirer!.slots[3]).toMatchObject({ operations: 50, p95Ms: 48 })
    expect(acquirer!.slots[4]).toMatchObject({ operations: 0, p95Ms: null })
    expect(acquirer!.slowest.map(({ operationId, tookMs }) => [operationId, tookMs])).toEqual([
      ['op_99', 100],
      ['op_98', 99],
      ['op_97', 98],
      ['op_96', 97],
      ['op_95', 96],
    ])
  })

  test('lists the oldest unknown outcomes, and counts all', async () => {
    const ports = createFakePorts()
    for (let number = 0; number < 12; number++) {
      await authorize(ports, `unknown-${number}`, 'unknown')
      ports.clock.advance(1)
    }
    ports.clock.advance(ports.policy.leaseMs)

    const { unknown } = await readOverview(ports, noRuns)

    const rows = ports.operations.table.rows()
    expect(unknown!.operations).toBe(12)
    expect(unknown!.oldest.map(({ operationId }) => operationId)).toEqual(
      rows.slice(0, 10).map(({ operationId }) => operationId),
    )
    expect(unknown!.oldest[0]).toMatchObject({ kind: 'authorize', amount: rows[0]!.amountMinor })
  })

  test('adds up what waits in the shards, what consumers have not read, and dead letters', async () => {
    const ports = createFakePorts()
    const shard = { shard: 0, waitingCount: 0, parkedCount: 0, oldestWaiting: null, firstParked: null }
    const waiting = { eventId: 'evt_1', topic: 't', messageKey: 'pay_1', createdAtMs: FAKE_NOW_MS - 5 }
    ports.outboxShards.shards = [
      shard,
      { ...shard, shard: 1, waitingCount: 2, oldestWaiting: waiting },
      {
        ...shard,
        shard: 2,
        waitingCount: 1,
        parkedCount: 4,
        oldestWaiting: { ...waiting, createdAtMs: FAKE_NOW_MS - 9 },
      },
    ]
    ports.deadLetterRows.countWaiting = async limit => Math.min(3, limit)
    const partition = { groupId: 'g', topic: 't', committedOffset: 4, endOffset: 9, observedAtMs: FAKE_NOW_MS }
    await ports.progress.replaceConsumers([
      { ...partition, partition: 0, stillSinceMs: FAKE_NOW_MS - MINUTE_MS },
      { ...partition, partition: 1, stillSinceMs: null, committedOffset: 9 },
    ])
    const invariants = { rules: 2, failed: 0, checkedAt: timeOf(FAKE_NOW_MS), passEndedAt: null }

    expect(await readOverview(ports, async () => invariants)).toMatchObject({
      asOf: timeOf(FAKE_NOW_MS),
      invariants,
      outbox: { waiting: 3, oldestCreatedAt: timeOf(FAKE_NOW_MS - 9), parked: 4 },
      consumers: { lag: 5, standingStill: 1, observedAt: timeOf(FAKE_NOW_MS) },
      deadLetters: { waiting: 3 },
      missing: [],
    })
  })

  test('gives the rest when a part cannot be had, and says what nobody has looked at yet', async () => {
    const ports = createFakePorts()
    ports.outboxShards.away = true

    const overview = await readOverview(ports, noRuns)

    expect(overview).toMatchObject({ outbox: null, consumers: null, invariants: null })
    expect(overview).toMatchObject({ deadLetters: { waiting: 0 }, unknown: { operations: 0, oldest: [] } })
    expect(overview.missing).toEqual([
      { part: 'invariants', reason: 'not_yet' },
      { part: 'outbox', reason: 'unavailable' },
      { part: 'consumers', reason: 'not_yet' },
    ])
  })

  test('a mistake of ours is none of a dependency', async () => {
    const ports = createFakePorts()
    await expect(readOverview(ports, () => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours')
    const away = await readOverview(ports, () => Promise.reject(new DependencyUnavailableError('away')))
    expect(away.missing).toContainEqual({ part: 'invariants', reason: 'unavailable' })
  })
})

describe('the ids of operations', () => {
  test('of a time stand between those of the times beside it', () => {
    expect([ulidTimeOf(2), ulidTimeOf(1), ulidTimeOf(FAKE_NOW_MS)].sort()).toEqual([
      ulidTimeOf(1),
      ulidTimeOf(2),
      ulidTimeOf(FAKE_NOW_MS),
    ])
  })
})
