/** What the console reads of outbox and dead letters, on MariaDB: by which index, how much of it, and with the right figures. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Database } from '../../shared/stores/database.ts'
import { DeadLetterTable } from '../../shared/stores/dead-letters.ts'
import { OutboxShardTable } from '../../shared/stores/outbox-shards.ts'
import { openDatabase, type TestDatabase } from '../support/database.ts'
import { NOW_MS, times } from '../support/rows.ts'
import { ScratchDatabase } from '../support/scratch-stores.ts'
import { readsOf } from '../support/session-reads.ts'
import { systemUnderTest } from '../support/system.ts'
import { letterAt } from '../unit/letters.ts'

jest.setTimeout(120_000)

let scratch: ScratchDatabase
/** One connection: what it has read is told to it alone. */
let single: TestDatabase
const asked: Array<{ sql: string; values: unknown[] }> = []
let database: Database

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'letters')
  single = openDatabase(scratch.url, 1)
  const select = async (sql: string, values: readonly unknown[] = []) => {
    asked.push({ sql, values: [...values] })
    return single.rows(sql, [...values])
  }
  database = { select } as unknown as Database
})
afterAll(async () => {
  await single?.close()
  await scratch?.drop()
})

/** Each statement that was asked, explained: the tables and the indexes by which they are read. */
async function plans(): Promise<string[][]> {
  const each: string[][] = []
  for (const { sql, values } of asked) {
    const plan = await single.rows<{ table: string | null; key: string | null; Extra: string }>(
      `EXPLAIN ${sql}`,
      values,
    )
    each.push(plan.filter(({ table }) => table?.startsWith('<') === false).map(({ table, key }) => `${table} ${key}`))
  }
  return each
}

describe('the outbox by shard', () => {
  const eventOf = (number: number, given: Record<string, unknown> = {}) => ({
    event_id: `evt_${String(number).padStart(26, '0')}`,
    topic: 'payment.authorized',
    message_key: `pay_${String(number).padStart(26, '0')}`,
    sequence: 1,
    payload: '{}',
    shard: number % 3,
    created_at: new Date(NOW_MS + number),
    published_at: new Date(NOW_MS + number),
    parked_at: null,
    last_error: null,
    ...given,
  })

  beforeAll(async () => {
    const waits = { published_at: null }
    const rows = [
      ...times(3_000, number => eventOf(number)),
      ...times(40, number => eventOf(10_000 + 3 * number, { ...waits, topic: 'payment.voided' })),
      // The oldest of its shard, on another topic than the others.
      eventOf(3_000, { ...waits, shard: 2, topic: 'payout.sent' }),
      ...times(9, number => eventOf(9_000 + 3 * number, { ...waits, shard: 2, topic: 'payment.captured' })),
      ...times(5, number =>
        eventOf(8_000 + 3 * number, {
          ...waits,
          shard: 1,
          parked_at: new Date(NOW_MS - number),
          last_error: `error ${number}`,
        }),
      ),
    ]
    const columns = Object.keys(rows[0]!)
    await scratch.direct.write(`INSERT INTO outbox_event (${columns.join(', ')}) VALUES ?`, [
      rows.map(row => Object.values(row)),
    ])
    await scratch.direct.rows('ANALYZE TABLE outbox_event')
  })

  test('counts what waits and what is parked, and finds the oldest of all topics', async () => {
    const shards = await new OutboxShardTable(database).readShards(20)

    expect(shards).toMatchObject([
      { shard: 0, waitingCount: 0, parkedCount: 0, oldestWaiting: null, firstParked: null },
      {
        ...{ shard: 1, waitingCount: 20, parkedCount: 5, oldestWaiting: { topic: 'payment.voided' } },
        firstParked: { parkedAtMs: NOW_MS - 4, lastError: 'error 4' },
      },
      {
        ...{ shard: 2, waitingCount: 10, parkedCount: 0, firstParked: null },
        oldestWaiting: { topic: 'payout.sent', createdAtMs: NOW_MS + 3_000, messageKey: eventOf(3_000).message_key },
      },
      { shard: 3, waitingCount: 0, parkedCount: 0 },
    ])
  })

  test('reads no row that is published, however many there are, and goes by the index of those that wait', async () => {
    asked.length = 0
    const { reads } = await readsOf(single, () => new OutboxShardTable(database).readShards(20))
    // For each shard and topic one look, and what is counted. There are 3,000 published rows.
    expect(reads).toBeLessThan(500)
    const read = (await plans()).flat()
    expect(new Set(read)).toEqual(new Set(['outbox_event outbox_event_waiting', 'o PRIMARY', 'o outbox_event_waiting']))
  })
})

describe('dead letters', () => {
  const table = () => new DeadLetterTable(database)

  beforeAll(async () => {
    const stores = scratch.stores()
    await stores.database.runAlone(async tx => {
      for (const offset of times(600, number => number)) await stores.deadLetterRows.put(tx, letterAt(offset))
    })
    await scratch.direct.write(
      "UPDATE dead_letter SET state = 'PUT_ASIDE', noted_offset = 1000 WHERE record_offset < 590",
    )
    await scratch.direct.rows('ANALYZE TABLE dead_letter')
  })

  test.each([
    ['all', {}, 'dead_letter_by_offset'],
    ['those that wait', { state: 'WAITING' as const }, 'dead_letter_by_state'],
    [
      'those of a page in the middle',
      { state: 'PUT_ASIDE' as const, before: { partition: 0, offset: 300 } },
      'dead_letter_by_state',
    ],
  ])('%s are listed by one index, and only those of the page are read', async (_, query, index) => {
    asked.length = 0
    const { result, reads } = await readsOf(single, () => table().list({ ...query, limit: 5 }))

    expect(result).toHaveLength(5)
    expect(reads).toBeLessThanOrEqual(12)
    expect((await plans()).flat()).toEqual([`dead_letter ${index}`])
    const [plan] = await single.rows<{ Extra: string }>(`EXPLAIN ${asked[0]!.sql}`, asked[0]!.values)
    expect(plan!.Extra).not.toContain('filesort')
  })

  test('are counted on the index alone, and found by their key', async () => {
    asked.length = 0
    expect(await table().countWaiting(100)).toBe(10)
    expect(await table().find({ partition: 0, offset: 7 })).toMatchObject({ offset: 7 })
    expect(await plans()).toEqual([['dead_letter dead_letter_by_state'], ['dead_letter PRIMARY']])
  })

  test('of several megabytes are kept whole', async () => {
    const value = Buffer.alloc(4_000_000, 0xfe)
    const letter = letterAt(5_000, { bytes: { key: null, value, headers: [] } })
    const stores = scratch.stores()
    await stores.database.runAlone(tx => stores.deadLetterRows.put(tx, letter))

    expect((await stores.deadLetterRows.find({ partition: 0, offset: 5_000 }))?.bytes.value?.equals(value)).toBe(true)
  })
})
