/** What goes to the archive, what stays, and where a run ends. */
import { describe, expect, test } from '@jest/globals'
import { ARCHIVE_BATCH_ROWS, archiveOutbox } from './archive-outbox.ts'
import { createFakePorts, FAKE_NOW_MS, type FakePorts } from './fakes.ts'
import { DependencyUnavailableError } from './ports.ts'

const AGE_MS = 1_000_000
const FAR_MS = 3_600_000

const insert = (ports: FakePorts, count: number, messageKey = 'p') =>
  ports.transactions.run('rows', async tx => {
    const already = ports.outbox.table.rows().length + ports.outbox.archived.rows().length
    for (let sequence = already + 1; sequence <= already + count; sequence++) {
      const event = { eventId: `evt_${sequence}`, topic: 'payment.authorized', messageKey, sequence, payload: '{}' }
      await ports.outbox.insert(tx, { ...event, shard: 0, traceparent: null }, ports.clock.nowMs())
    }
  })
const publish = (ports: FakePorts, ...ids: number[]) =>
  ports.transactions.run('rows', tx => ports.outbox.markPublished(tx, ids, ports.clock.nowMs()))
const archive = (ports: FakePorts, deadlineMs = ports.clock.nowMs() + FAR_MS) =>
  archiveOutbox(ports, AGE_MS, deadlineMs)
const archived = (ports: FakePorts) => ports.outbox.archived.rows().map(row => row.id)

describe('archiveOutbox', () => {
  test('moves what was published long enough ago; what waits, is parked or was published lately stays', async () => {
    const ports = createFakePorts()
    await insert(ports, 5)
    await publish(ports, 1, 3)
    const refusal = { error: 'too large', attempts: 3, nextAttemptAtMs: FAKE_NOW_MS, parkedAtMs: FAKE_NOW_MS }
    await ports.transactions.run('rows', tx => ports.outbox.markRefused(tx, 2, refusal))
    ports.clock.advance(1)
    await publish(ports, 5)
    ports.clock.advance(AGE_MS)

    expect(await archive(ports)).toBe(2)
    expect(archived(ports)).toEqual([1, 3])
    expect(ports.outbox.table.rows().map(row => row.id)).toEqual([2, 4, 5])
    expect(await archive(ports)).toBe(0)
  })

  test('goes on behind rows that stay, in batches', async () => {
    const ports = createFakePorts()
    await insert(ports, 3 * ARCHIVE_BATCH_ROWS)
    await publish(ports, 1, 3 * ARCHIVE_BATCH_ROWS)
    ports.clock.advance(AGE_MS + 1)

    expect(await archive(ports)).toBe(2)
  })

  test('reads no further than the first row that is too young', async () => {
    const ports = createFakePorts()
    await insert(ports, ARCHIVE_BATCH_ROWS)
    ports.clock.advance(AGE_MS + 1)
    await insert(ports, 2 * ARCHIVE_BATCH_ROWS)
    const pages: number[] = []
    const listFrom = ports.outbox.listFrom.bind(ports.outbox)
    ports.outbox.listFrom = (afterId, limit) => {
      pages.push(afterId)
      return listFrom(afterId, limit)
    }

    await archive(ports)
    expect(pages).toEqual([0, ARCHIVE_BATCH_ROWS])
  })

  test('begins no batch after its deadline', async () => {
    const ports = createFakePorts()
    await insert(ports, ARCHIVE_BATCH_ROWS + 1)
    await publish(ports, ...ports.outbox.table.rows().map(row => row.id))
    ports.clock.advance(AGE_MS + 1)
    const archiveOne = ports.outbox.archive.bind(ports.outbox)
    ports.outbox.archive = (tx, ids) => {
      ports.clock.advance(10)
      return archiveOne(tx, ids)
    }

    expect(await archive(ports, ports.clock.nowMs() + 10)).toBe(ARCHIVE_BATCH_ROWS)
    expect(await archive(ports)).toBe(1)
  })

  test('says so when the database is away', async () => {
    const ports = createFakePorts()
    ports.transactions.away = true
    await expect(archive(ports)).rejects.toThrow(DependencyUnavailableError)
  })
})
