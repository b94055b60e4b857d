/** How relays meet on MariaDB: several shards in one transaction, and nobody waits for what is not committed or what another relay holds. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { createFakePorts } from '../../shared/payments/fakes.ts'
import { DependencyUnavailableError, type Transaction, type UnpublishedRows } from '../../shared/payments/ports.ts'
import { relayShards } from '../../shared/payments/relay-outbox.ts'
import { Database } from '../../shared/stores/database.ts'
import { OutboxTable } from '../../shared/stores/outbox.ts'
import { openDatabase } from '../support/database.ts'
import { systemUnderTest } from '../support/system.ts'

/** Nobody's: the system's own relays and sweeps stop before them. */
const SHARDS = [100, 101, 102, 103]
const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

const { databaseUrl } = systemUnderTest()
const direct = openDatabase(databaseUrl)
const database = new Database({ url: databaseUrl, connectionsMax: 8 })
const outbox = new OutboxTable(database)

/** The system's own job archives what is as old as these are when it was published. */
async function removeRows(): Promise<void> {
  for (const table of ['outbox_event', 'outbox_archive'])
    await direct.write('DELETE FROM ?? WHERE shard IN (?)', [table, SHARDS])
}
afterEach(removeRows)
afterAll(async () => {
  await database.close()
  await direct.close()
})

const idOf = (prefix: string) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 26)}`

async function insert(
  tx: Transaction,
  shard: number,
  messageKey: string,
  sequence: number,
  topic = 'payment.authorized',
): Promise<void> {
  const event = { eventId: idOf('evt'), topic, messageKey, sequence, payload: '{}', shard }
  await outbox.insert(tx, { ...event, traceparent: null }, NOW_MS)
}

/** A row for each, of payments of their own. */
const insertInto = (...shards: number[]) =>
  database.runAlone(async tx => {
    for (const shard of shards) await insert(tx, shard, idOf('pay'), 1)
  })

const lock = async (tx: Transaction, given: Partial<UnpublishedRows> = {}) => {
  const wanted = {
    shards: SHARDS,
    nowMs: NOW_MS,
    limitEach: 10,
    ifLocked: 'fail' as const,
    withoutTopics: [],
    ...given,
  }
  return (await outbox.lockUnpublished(tx, wanted)).map(row => row.shard)
}

/** Runs `during` while `first` has done its part of a transaction that is not over. */
const inTheMiddleOf = (first: (tx: Transaction) => Promise<unknown>, during: () => Promise<void>) =>
  database.runAlone(async tx => {
    await first(tx)
    await during()
  })

describe('locking the rows of several shards', () => {
  test('takes the first of each in order of their ids, however many are published', async () => {
    await insertInto(...Array<number>(50).fill(101))
    await direct.write('UPDATE outbox_event SET published_at = created_at WHERE shard = 101')
    await insertInto(103, 100, 100, 101, 100, 102)

    const found = await database.runAlone(tx => lock(tx, { limitEach: 2 }))

    expect(found).toEqual([103, 100, 100, 101, 102])
  })

  // In a table with few rows the optimizer would rather scan all of it, and lock it.
  test.each([1, 2, 40])(
    'neither waits for rows that are not committed nor takes them, with %i that are',
    async count => {
      await insertInto(...Array<number>(count).fill(100))
      const writeAndAsk = async (tx: Transaction) => {
        for (const shard of SHARDS) await insert(tx, shard, idOf('pay'), 1)
        // A statement with a result, so that the rows have been sent.
        await outbox.lockUnpublished(tx, {
          shards: [104],
          nowMs: NOW_MS,
          limitEach: 1,
          ifLocked: 'wait',
          withoutTopics: [],
        })
      }

      await inTheMiddleOf(writeAndAsk, async () => {
        expect(await database.runAlone(tx => lock(tx, { limitEach: 100 }))).toHaveLength(count)
        expect(await database.runAlone(tx => lock(tx, { limitEach: 100, ifLocked: 'wait' }))).toHaveLength(count)
      })
      expect(await database.runAlone(tx => lock(tx, { limitEach: 100 }))).toHaveLength(count + 4)
    },
  )

  test('fails at once when another relay holds one of them, which the others do not feel', async () => {
    await insertInto(...SHARDS)

    await inTheMiddleOf(
      tx => lock(tx, { shards: [101] }),
      async () => {
        await expect(database.runAlone(tx => lock(tx))).rejects.toThrow(DependencyUnavailableError)
        expect(await database.runAlone(tx => lock(tx, { shards: [100, 102, 103] }))).toEqual([100, 102, 103])
        await insertInto(101)
      },
    )
  })
})

describe('rows that cannot be published now', () => {
  /** What the server reads to find the rows of all shards: index entries and rows. */
  const readsOf = (given: Partial<UnpublishedRows> = {}): Promise<{ found: number; reads: number }> =>
    database.runAlone(async tx => {
      const before = await readsSoFar(tx)
      const { length: found } = await lock(tx, given)
      return { found, reads: (await readsSoFar(tx)) - before }
    })
  const readsSoFar = async (tx: Transaction): Promise<number> => {
    const rows = await database.select<{ Variable_name: string; Value: string }>(
      "SHOW SESSION STATUS LIKE 'Handler_read%'",
      [],
      tx,
    )
    return rows.reduce((sum, row) => sum + Number(row.Value), 0)
  }
  const fill = (shard: number, count: number, topic: string) =>
    database.runAlone(async tx => {
      for (let number = 0; number < count; number++) await insert(tx, shard, idOf('pay'), 1, topic)
    })

  test('are not read: parked, waiting behind a parked one, or of a topic that takes none', async () => {
    await insertInto(...SHARDS)
    const withoutTopics = ['payment.captured']
    const alone = await readsOf({ withoutTopics })
    const sequence = 2
    await database.runAlone(async tx => {
      for (let number = 0; number < 500; number++) {
        const messageKey = idOf('pay')
        await insert(tx, 100, messageKey, 1)
        await insert(tx, 100, messageKey, sequence)
      }
    })
    await direct.write(
      'UPDATE outbox_event SET parked_at = created_at, attempts = 3 WHERE shard = 100 AND sequence = 1 ORDER BY id DESC LIMIT 500',
    )
    await fill(101, 1_000, 'payment.captured')
    // The relay meets what waits behind a parked row once.
    const ports = { ...createFakePorts(), transactions: database, outbox }
    expect(await relayShards(ports, [100], ports.clock.nowMs() + 60_000)).toBe(1)
    await insertInto(100)

    const amongMany = await readsOf({ withoutTopics })
    expect([alone.found, amongMany.found]).toEqual([4, 4])
    expect(amongMany.reads).toBeLessThanOrEqual(alone.reads)
    const notes = 'SELECT COUNT(*) FROM outbox_event WHERE shard = 100 AND sequence = 2 AND last_error LIKE ?'
    expect(await direct.count(notes, ['waits behind evt\\_%'])).toBe(500)
  })

  test('are not looked for by the sweep either', async () => {
    await insertInto(102)
    await direct.write('UPDATE outbox_event SET parked_at = created_at WHERE shard = 102')
    const waiting = (await outbox.shardsWaiting(NOW_MS + 1, NOW_MS)).filter(shard => SHARDS.includes(shard))
    expect(waiting).toEqual([])
  })
})

describe('relays with the same shards', () => {
  test('publish each row once and in order per payment, in whatever order they were rung for', async () => {
    const payments = SHARDS.flatMap(shard => Array.from({ length: 5 }, () => ({ shard, messageKey: idOf('pay') })))
    for (let sequence = 1; sequence <= 4; sequence++)
      await database.runAlone(async tx => {
        for (const { shard, messageKey } of payments) await insert(tx, shard, messageKey, sequence)
      })
    const ports = { ...createFakePorts(), transactions: database, outbox }
    const publish = ports.publisher.publish.bind(ports.publisher)
    ports.publisher.publish = async rows => {
      await new Promise(resolve => setTimeout(resolve, 20))
      return publish(rows)
    }
    const deadlineMs = ports.clock.nowMs() + 60_000
    const orders = [SHARDS, [...SHARDS].reverse(), SHARDS.slice(1, 3), SHARDS.slice(3)]

    const counts = await Promise.all(orders.map(shards => relayShards(ports, shards, deadlineMs)))

    expect(counts.reduce((sum, count) => sum + count)).toBe(payments.length * 4)
    for (const { messageKey } of payments) {
      const sequences = ports.publisher.published.filter(row => row.messageKey === messageKey)
      expect(sequences.map(row => row.sequence)).toEqual([1, 2, 3, 4])
    }
    const left = 'SELECT COUNT(*) FROM outbox_event WHERE shard IN (?) AND published_at IS NULL'
    expect(await direct.count(left, [SHARDS])).toBe(0)
  })
})
