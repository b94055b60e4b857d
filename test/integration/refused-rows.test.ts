/** What MariaDB refuses for its data is known as such, whatever it is: the ledger consumer buries that record and books the others. */

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { PaymentEvent } from '../../shared/contracts/events.ts'
import { FakeAlarms, FakeClock, FakeDeadLetters, FakeObserver, fakeTerms } from '../../shared/payments/fakes.ts'
import { DuplicateKeyError, type IncomingRecord, RowRefusedError } from '../../shared/payments/ports.ts'
import { recordLedger } from '../../shared/payments/record-ledger.ts'
import { BookedDefaultsTable } from '../../shared/stores/booked-defaults.ts'
import { ids, NOW_MS } from '../support/rows.ts'
import { ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

let scratch: ScratchDatabase
let stores: Stores

beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'refused')
  stores = scratch.stores()
  await scratch.direct.write(`CREATE TABLE tried (
    id INT PRIMARY KEY, happened_at DATETIME(3), small TINYINT, short VARCHAR(3), needed INT NOT NULL DEFAULT 1, parent INT,
    CONSTRAINT small_positive CHECK (small > 0), CONSTRAINT parent_exists FOREIGN KEY (parent) REFERENCES tried (id))`)
  await scratch.direct.write('INSERT INTO tried (id) VALUES (1)')
}, 60_000)

afterAll(() => scratch?.drop())

const errorOf = (sql: string): Promise<unknown> =>
  stores.database.write(sql, []).then(
    () => undefined,
    error => error,
  )

describe('a statement whose data does not fit', () => {
  test.each([
    ['a time that the column cannot hold', "INSERT INTO tried (id, happened_at) VALUES (2, '2026-13-01 00:00:00')"],
    ['a number that is too large', 'INSERT INTO tried (id, small) VALUES (2, 1000)'],
    ['a text that is too long', "INSERT INTO tried (id, short) VALUES (2, 'four')"],
    ['a text that is no number', "INSERT INTO tried (id, small) VALUES (2, 'x')"],
    ['a null where none may be', 'INSERT INTO tried (id, needed) VALUES (2, NULL)'],
    ['a check that fails', 'INSERT INTO tried (id, small) VALUES (2, 0)'],
    ['a row that another must know', 'INSERT INTO tried (id, parent) VALUES (2, 99)'],
    ['a division by zero', 'INSERT INTO tried (id, small) VALUES (2, 1 / 0)'],
  ])('%s is refused as a row', async (_, sql) => {
    expect(await errorOf(sql)).toBeInstanceOf(RowRefusedError)
  })

  test('is not mistaken: a key that is taken is a duplicate, and a wrong statement is neither', async () => {
    expect(await errorOf('INSERT INTO tried (id) VALUES (1)')).toBeInstanceOf(DuplicateKeyError)
    const wrong = await errorOf('INSERT INTO nowhere (id) VALUES (1)')
    expect(wrong).toBeInstanceOf(Error)
    expect(wrong).not.toBeInstanceOf(RowRefusedError)
  })
})

describe('a batch with a record whose time the column cannot hold', () => {
  // Narrower than in production, where every time that the schema of events lets through fits.
  beforeAll(() => scratch.direct.write('ALTER TABLE ledger_entry MODIFY occurred_at TIMESTAMP(3) NOT NULL'))

  const event = (occurredAt: string): PaymentEvent => ({
    eventId: ids.event(),
    eventType: 'payment.captured',
    occurredAt,
    sequence: 2,
    operationId: ids.operation(),
    amount: 10_000,
    feeAmount: 250,
    payment: {
      paymentId: ids.payment(),
      merchantId: 'shop',
      status: 'COMPLETED',
      amount: 10_000,
      currency: 'KRW',
      capturedAmount: 10_000,
      refundedAmount: 0,
    },
  })

  /** As Kafka delivers it, with the outbox row that says the same. */
  async function delivered(one: PaymentEvent, offset: number): Promise<IncomingRecord> {
    const payload = JSON.stringify(one)
    const { eventId, eventType: topic, sequence } = one
    const messageKey = one.payment.paymentId
    await stores.database.runAlone(tx =>
      stores.outbox.insert(tx, { eventId, topic, messageKey, sequence, payload, shard: 1, traceparent: null }, NOW_MS),
    )
    return { topic, partition: 0, offset, key: Buffer.from(messageKey), value: Buffer.from(payload), headers: [] }
  }

  test('books the others and buries that one', async () => {
    const events = [
      event('2026-01-02T03:04:05.006Z'),
      event('0000-01-01T00:00:00.000Z'),
      event('2026-01-02T03:04:05.007Z'),
    ]
    const records = await Promise.all(events.map(delivered))
    const deadLetters = new FakeDeadLetters()
    const ports = {
      ...stores,
      transactions: stores.database,
      settlementDefaults: fakeTerms,
      bookedDefaults: new BookedDefaultsTable(stores.database),
      deadLetters,
      alarms: new FakeAlarms(),
      observer: new FakeObserver(),
      ids,
      clock: new FakeClock(NOW_MS),
    }

    const { written, poisoned } = await recordLedger(ports, records)

    expect({ written, poisoned }).toEqual({ written: 4, poisoned: 1 })
    expect(deadLetters.buried.map(letter => letter.record.offset)).toEqual([1])
    expect(deadLetters.buried[0]!.reason).toContain('occurred_at')
    const booked = await scratch.direct.rows('SELECT DISTINCT event_id FROM ledger_entry ORDER BY event_id')
    expect(booked.map(row => row.event_id)).toEqual([events[0]!.eventId, events[2]!.eventId].toSorted())
  })
})
