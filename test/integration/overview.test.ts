/** What the console's overview reads, on MariaDB: the same as the fake says, by one index, and never more than it may look at. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type PaymentStatus, paymentStatuses } from '../../shared/contracts/lists.ts'
import { ulidTimeOf } from '../../shared/domain/ulid-time.ts'
import { createFakePorts } from '../../shared/payments/fakes.ts'
import { leaseTimes } from '../../shared/payments/operation.ts'
import type { ClaimedOperation } from '../../shared/payments/ports.ts'
import type { Database } from '../../shared/stores/database.ts'
import { OverviewTables } from '../../shared/stores/overview.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { NOW_MS, newOperation, newPayment, times } from '../support/rows.ts'
import { plant, ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { readsOf } from '../support/session-reads.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
/** With milliseconds, so that slots begin between two seconds. */
const BEGAN_MS = NOW_MS
const SLOT_MS = 5 * MINUTE_MS
const LOOKED_AT_MAX = 400
const PAYMENTS = 1_200
const OPERATIONS = 240
const LIMIT_EACH = 7

let scratch: ScratchDatabase
let stores: Stores
/** One connection: what it has read is told to it alone. */
let single: TestDatabase
const asked: Array<{ sql: string; values: unknown[] }> = []
const fakes = createFakePorts()

const tables = (lookedAtMax?: number) => {
  const select = async (sql: string, values: readonly unknown[] = []) => {
    asked.push({ sql, values: [...values] })
    return single.rows(sql, [...values])
  }
  return new OverviewTables({ select } as unknown as Database, lookedAtMax)
}

const range = { fromMs: BEGAN_MS, toMs: BEGAN_MS + HOUR_MS, slotMs: SLOT_MS }
const slots = times(12, slot => ({ fromMs: BEGAN_MS + slot * SLOT_MS, toMs: BEGAN_MS + (slot + 1) * SLOT_MS }))

/** From half an hour before the hour to half an hour after it, also at the first and the last millisecond of slots. */
const createdAtMsOf = (number: number): number =>
  BEGAN_MS - HOUR_MS / 2 + Math.floor(number / 3) * 18 * SECOND_MS + ((number % 3) - 1)

const plannedPayment = (number: number) =>
  newPayment({
    status: paymentStatuses[(number * 7) % paymentStatuses.length] as PaymentStatus,
    createdAtMs: createdAtMsOf(number),
    updatedAtMs: createdAtMsOf(number),
  })

function plannedOperation(number: number): ClaimedOperation {
  const claimedAtMs = BEGAN_MS - HOUR_MS / 2 + number * 30 * SECOND_MS
  const operationId = `op_${ulidTimeOf(claimedAtMs)}${String(number).padStart(16, '0')}`
  const paymentId = newPayment().paymentId
  return newOperation(paymentId, {
    operationId,
    attempt: number % 10 === 0 ? 2 : 1,
    leaseUntilMs: claimedAtMs + 15 * SECOND_MS,
    // Virtual time, which goes its own way.
    createdAtMs: BEGAN_MS + ((number * 37) % OPERATIONS) * SECOND_MS,
  })
}

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'overview')
  stores = scratch.stores()
  single = openDatabase(scratch.url, 1)
  const payments = times(PAYMENTS, plannedPayment)
  const operations = times(OPERATIONS, plannedOperation)
  await plant(stores, payments)
  await stores.database.runAlone(async tx => {
    for (const operation of operations) await stores.operations.insert(tx, operation)
  })
  await fakes.transactions.run('plant', async tx => {
    for (const payment of payments) await fakes.payments.insert(tx, payment)
    for (const operation of operations) await fakes.operations.insert(tx, operation)
  })
  // A quarter has no answer, and of those a third is still being asked about.
  for (const [number, operation] of operations.entries()) {
    if (number % 4 === 0) continue
    const askedAtMs = operation.leaseUntilMs - 15 * SECOND_MS
    const asked = { askedAtMs, answeredAtMs: number % 4 === 1 ? null : askedAtMs + number }
    const outcome = { state: 'SUCCEEDED' as const, declineReason: null, nowMs: NOW_MS, asked }
    await stores.database.runAlone(tx => stores.operations.finish(tx, operation, outcome))
    await fakes.transactions.run('finish', tx => fakes.operations.finish(tx, operation, outcome))
  }
  await scratch.direct.rows('ANALYZE TABLE payment, payment_operation')
})
afterAll(async () => {
  await single?.close()
  await scratch?.drop()
})

const byPlace = <T extends { slot: number; status: string }>(counts: readonly T[]): T[] =>
  counts.toSorted((a, b) => a.slot - b.slot || a.status.localeCompare(b.status))

async function indexesOf({ sql, values }: { sql: string; values: unknown[] }) {
  const plan = await single.rows<{ table: string | null; key: string | null; type: string; Extra: string }>(
    `EXPLAIN ${sql}`,
    values,
  )
  return plan.filter(({ table, key }) => table !== null && key !== null)
}

describe('payments by time and status', () => {
  test('are counted slot by slot, each in the slot of its own millisecond', async () => {
    const counted = await tables().outcomes(range)
    const expected = await fakes.overview.outcomes(range)

    expect(byPlace(counted.counts)).toEqual(byPlace(expected.counts))
    expect(counted.fromMs).toBe(BEGAN_MS)
    expect(Math.max(...counted.counts.map(({ slot }) => slot))).toBe(11)
    expect(counted.counts.reduce((sum, { count }) => sum + count, 0)).toBe(
      times(PAYMENTS, createdAtMsOf).filter(ms => ms >= BEGAN_MS && ms < BEGAN_MS + HOUR_MS).length,
    )
  })

  test('are the newest only where there are more, and it says from when on', async () => {
    fakes.overview.lookedAtMax = LOOKED_AT_MAX
    const counted = await tables(LOOKED_AT_MAX).outcomes(range)
    const expected = await fakes.overview.outcomes(range)

    expect(counted.fromMs).toBeGreaterThan(BEGAN_MS)
    expect(counted.fromMs).toBe(expected.fromMs)
    expect(byPlace(counted.counts)).toEqual(byPlace(expected.counts))
  })

  test('are read from their index by time alone, twice what may be looked at at most', async () => {
    asked.length = 0
    const { reads } = await readsOf(single, () => tables(LOOKED_AT_MAX).outcomes(range))
    // Each is also looked up among the slots and statuses that were met before, at most 120.
    expect(reads).toBeLessThanOrEqual(3 * LOOKED_AT_MAX + 5 * 120)
    for (const statement of asked) {
      const [walk, ...others] = await indexesOf(statement)
      expect([walk!.key, walk!.type, others]).toEqual(['payment_by_time', 'range', []])
      expect(walk!.Extra).toContain('Using index')
    }
  })
})

describe("the acquirer's answers", () => {
  test('are those of the newest operations of each slot that have one', async () => {
    const answers = await tables().answerTimes(slots, LIMIT_EACH)
    const expected = await fakes.overview.answerTimes(slots, LIMIT_EACH)

    const byId = (list: typeof answers) => list.toSorted((a, b) => a.operationId.localeCompare(b.operationId))
    expect(byId(answers)).toEqual(byId(expected))
    expect(new Set(answers.map(({ slot }) => slot)).size).toBe(12)
    expect(answers.length).toBeLessThan(12 * LIMIT_EACH)
  })

  test('are found by the primary key, no more rows than are asked for', async () => {
    asked.length = 0
    const { reads } = await readsOf(single, () => tables().answerTimes(slots, LIMIT_EACH))
    // Each row, and the row behind the last of each slot.
    expect(reads).toBeLessThanOrEqual(12 * (LIMIT_EACH + 2) + 12 * (LIMIT_EACH + 2))
    const parts = await indexesOf(asked[0]!)
    expect(parts).toHaveLength(12)
    for (const { key, type, Extra } of parts) {
      expect([key, type]).toEqual(['PRIMARY', 'range'])
      expect(Extra).not.toContain('filesort')
    }
  })
})

describe('unknown outcomes', () => {
  test('are listed as they are counted, the oldest claim first', async () => {
    const clock = { nowMs: () => BEGAN_MS + 20 * MINUTE_MS, virtualNowMs: () => BEGAN_MS + 20 * MINUTE_MS }
    const now = leaseTimes({ clock, policy: fakes.policy })
    asked.length = 0
    const listed = await tables().oldestUnknown(now, 10)

    expect(listed).toEqual(await fakes.overview.oldestUnknown(now, 10))
    expect(listed).toHaveLength(10)
    const all = await tables().oldestUnknown(now, OPERATIONS)
    expect(all).toHaveLength((await stores.operations.unknown(now)).count)
    const [walk] = await indexesOf(asked[0]!)
    expect([walk!.key, walk!.type]).toEqual(['payment_operation_due', 'ref'])
  })
})
