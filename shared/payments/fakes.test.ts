/** The fakes keep the promises of the ports: what is tested on them would otherwise prove nothing. */
import { describe, expect, test } from '@jest/globals'
import { eventId, operationId, paymentId } from '../contracts/identifiers.ts'
import type { Payment } from '../domain/payment.ts'
import { FakeDatabase, Table } from './fake-store.ts'
import { createFakeIds, createFakePorts, FAKE_NOW_MS } from './fakes.ts'
import {
  DependencyUnavailableError,
  DuplicateKeyError,
  type Operation,
  RowRefusedError,
  type UnpublishedRows,
} from './ports.ts'

const operationOf = (given: Partial<Operation> = {}): Operation => ({
  operationId: 'op_1',
  paymentId: 'pay_1',
  merchantId: 'shop',
  idempotencyKey: 'key-1',
  kind: 'capture',
  amountMinor: 1_000,
  currency: 'KRW',
  paymentMethod: 'tok_approve',
  reason: null,
  attempt: 1,
  leaseUntilMs: FAKE_NOW_MS + 15_000,
  createdAtMs: FAKE_NOW_MS,
  ...given,
})

const paymentOf = (given: Partial<Payment> = {}): Payment & { idempotencyKey: string } => ({
  paymentId: 'pay_1',
  merchantId: 'shop',
  idempotencyKey: 'key-1',
  status: 'AUTHORIZED',
  amountMinor: 1_000,
  currency: 'KRW',
  capturedMinor: 0,
  refundedMinor: 0,
  paymentMethod: 'tok_approve',
  pendingOperationId: null,
  eventCount: 1,
  shard: 0,
  captureBeforeMs: null,
  createdAtMs: FAKE_NOW_MS,
  updatedAtMs: FAKE_NOW_MS,
  ...given,
})

const lettersIn = (letters: Table<string>): string[] => letters.rows()

describe('a fake transaction', () => {
  test('keeps everything when it ends well and nothing when it throws', async () => {
    const db = new FakeDatabase()
    const letters = new Table<string>(db)

    await db.run('rows', tx => letters.insert(tx, 'a', 'A'))
    const failing = db.run('rows', async tx => {
      await letters.insert(tx, 'b', 'B')
      await letters.update(tx, 'a', () => 'changed')
      throw new Error('of the work')
    })

    await expect(failing).rejects.toThrow('of the work')
    expect(lettersIn(letters)).toEqual(['A'])
  })

  test('sees its own writes, which others see only after the commit', async () => {
    const db = new FakeDatabase()
    const letters = new Table<string>(db)

    await db.run('rows', async tx => {
      await letters.insert(tx, 'a', 'A')
      expect(await letters.find(tx, 'a')).toBe('A')
      expect(await letters.find(undefined, 'a')).toBeUndefined()
    })

    expect(await letters.find(undefined, 'a')).toBe('A')
  })

  test('cannot be used after its end', async () => {
    const db = new FakeDatabase()
    const letters = new Table<string>(db)
    const tx = await db.run('rows', async open => open)

    await expect(letters.insert(tx, 'a', 'A')).rejects.toThrow('this transaction is over')
  })

  test('a row it changed waits for its end', async () => {
    const db = new FakeDatabase()
    const numbers = new Table<number>(db)
    await db.run('rows', tx => numbers.insert(tx, 'a', 0))
    const addOne = () =>
      db.run('rows', async tx => {
        const before = await numbers.lock(tx, 'a')
        await numbers.update(tx, 'a', () => before! + 1)
      })

    await Promise.all(Array.from({ length: 20 }, addOne))

    expect(numbers.rows()).toEqual([20])
  })

  test('a second insert of a key waits: refused when the first commits, first itself when that rolls back', async () => {
    for (const firstFails of [false, true]) {
      const db = new FakeDatabase()
      const letters = new Table<string>(db)
      const order: string[] = []
      const { promise, resolve: letFirstEnd } = Promise.withResolvers<void>()

      const first = db.run('rows', async tx => {
        await letters.insert(tx, 'a', 'first')
        await promise
        order.push('first ends')
        if (firstFails) throw new Error('of the work')
      })
      const second = db
        .run(async tx => {
          await letters.insert(tx, 'a', 'second')
        })
        .finally(() => order.push('second ends'))
      letFirstEnd()
      const [, outcome] = await Promise.allSettled([first, second])

      expect(order).toEqual(['first ends', 'second ends'])
      expect(outcome.status).toBe(firstFails ? 'fulfilled' : 'rejected')
      expect(lettersIn(letters)).toEqual([firstFails ? 'second' : 'first'])
    }
  })

  test('two that wait for each other: one is run again from its beginning, and both are done', async () => {
    const db = new FakeDatabase()
    const numbers = new Table<number>(db)
    await db.run('rows', async tx => {
      await numbers.insert(tx, 'a', 0)
      await numbers.insert(tx, 'b', 0)
    })
    const bothHoldOne = Promise.withResolvers<void>()
    let holding = 0
    const addToBoth = (first: string, second: string) =>
      db.run('rows', async tx => {
        await numbers.update(tx, first, number => number + 1)
        if (++holding === 2) bothHoldOne.resolve()
        await bothHoldOne.promise
        await numbers.update(tx, second, number => number + 1)
      })

    await Promise.all([addToBoth('a', 'b'), addToBoth('b', 'a')])

    expect(db.deadlockCount).toBe(1)
    expect(numbers.rows()).toEqual([2, 2])
  })

  test('a commit can be lost, or happen unheard', async () => {
    const db = new FakeDatabase()
    const letters = new Table<string>(db)

    db.failNextCommit('before')
    await expect(db.run('rows', tx => letters.insert(tx, 'a', 'A'))).rejects.toThrow(DependencyUnavailableError)
    expect(lettersIn(letters)).toEqual([])

    db.failNextCommit('after')
    await expect(db.run('rows', tx => letters.insert(tx, 'b', 'B'))).rejects.toThrow(DependencyUnavailableError)
    expect(lettersIn(letters)).toEqual(['B'])
  })

  test('a database that is away answers nothing, inside and outside transactions', async () => {
    const ports = createFakePorts()
    ports.transactions.away = true

    await expect(ports.transactions.run('rows', async () => 1)).rejects.toThrow(DependencyUnavailableError)
    await expect(ports.answers.find('shop', 'key-1')).rejects.toThrow(DependencyUnavailableError)
    await expect(ports.operations.due(atMs(0), 1)).rejects.toThrow(DependencyUnavailableError)
  })
})

describe('fake payments', () => {
  test('a merchant has a key once; keys and merchants that differ in case never meet', async () => {
    const { transactions, payments } = createFakePorts()
    const insert = (id: string, merchantId: string, idempotencyKey: string) =>
      transactions.run('rows', tx =>
        payments.insert(tx, { ...paymentOf({ paymentId: id, merchantId }), idempotencyKey }),
      )

    await insert('pay_1', 'shop', 'key')
    await insert('pay_2', 'Shop', 'key')
    await insert('pay_3', 'shop', 'KEY')
    await expect(insert('pay_4', 'shop', 'key')).rejects.toThrow(DuplicateKeyError)
  })

  test('totals that cannot be are refused', async () => {
    const { transactions, payments } = createFakePorts()

    for (const wrong of [{ capturedMinor: 1_001 }, { refundedMinor: 1 }, { amountMinor: 0 }])
      await expect(transactions.run('rows', tx => payments.insert(tx, paymentOf(wrong)))).rejects.toThrow(
        RowRefusedError,
      )
  })

  test('only a locked row may be updated', async () => {
    const { transactions, payments } = createFakePorts()
    await transactions.run('rows', tx => payments.insert(tx, paymentOf()))

    await expect(transactions.run('rows', tx => payments.update(tx, paymentOf()))).rejects.toThrow('is not locked')
  })
})

/** A clock that nobody set back. */
const atMs = (nowMs: number) => ({ nowMs, leaseUntilMsMax: Infinity, nextAttemptAtMsMax: Infinity })

describe('fake operations', () => {
  const withOperation = async (given: Partial<Operation> = {}) => {
    const ports = createFakePorts()
    await ports.transactions.run('rows', tx => ports.operations.insert(tx, { ...operationOf(given), sequence: 1 }))
    return ports
  }
  const success = { state: 'SUCCEEDED' as const, declineReason: null, nowMs: FAKE_NOW_MS }

  test('a leased operation cannot be taken over, one whose lease ran out can, once', async () => {
    const { operations } = await withOperation()
    const endMs = FAKE_NOW_MS + 15_000

    expect(await operations.takeOver('op_1', atMs(endMs - 1), endMs + 1)).toBeUndefined()
    const both = await Promise.all([
      operations.takeOver('op_1', atMs(endMs), 2 * endMs),
      operations.takeOver('op_1', atMs(endMs), 2 * endMs),
    ])
    expect(both.filter(taken => taken !== undefined)).toEqual([operationOf({ attempt: 2, leaseUntilMs: 2 * endMs })])
  })

  test('only the attempt that the row still has can finish it, and only once', async () => {
    const { transactions, operations } = await withOperation({ leaseUntilMs: FAKE_NOW_MS })
    const taken = await operations.takeOver('op_1', atMs(FAKE_NOW_MS), FAKE_NOW_MS + 1)

    expect(await transactions.run('rows', tx => operations.finish(tx, operationOf(), success))).toBe(false)
    expect(await transactions.run('rows', tx => operations.finish(tx, taken!, success))).toBe(true)
    expect(await transactions.run('rows', tx => operations.finish(tx, taken!, success))).toBe(false)
  })

  test('releasing ends the lease of the present attempt only', async () => {
    const { operations } = await withOperation()

    await operations.release(operationOf({ attempt: 7 }), FAKE_NOW_MS, FAKE_NOW_MS)
    expect(await operations.due(atMs(FAKE_NOW_MS), 10)).toEqual([])
    await operations.release(operationOf(), FAKE_NOW_MS, FAKE_NOW_MS + 5)
    expect(await operations.due(atMs(FAKE_NOW_MS + 4), 10)).toEqual([])
    expect(await operations.due(atMs(FAKE_NOW_MS + 5), 10)).toEqual(['op_1'])
  })

  test('operations without a key never collide', async () => {
    const { transactions, operations } = await withOperation({ idempotencyKey: null })

    await transactions.run('rows', tx =>
      operations.insert(tx, { ...operationOf({ operationId: 'op_2', idempotencyKey: null }), sequence: 2 }),
    )
    expect(operations.table.rows()).toHaveLength(2)
  })
})

describe('the fake ledger', () => {
  test('an event has an entry of a type once', async () => {
    const { transactions, ledger } = createFakePorts()
    const entry = (entryId: string, type: 'capture' | 'fee') => ({
      entryId,
      type,
      paymentId: 'pay_1',
      eventId: 'evt_1',
      debitAccount: 'a',
      creditAccount: 'b',
      amountMinor: 1,
      currency: 'KRW',
      occurredAtMs: 0,
    })

    await transactions.run('rows', tx => ledger.insert(tx, [entry('led_1', 'capture'), entry('led_2', 'fee')], 0))
    await expect(transactions.run('rows', tx => ledger.insert(tx, [entry('led_3', 'fee')], 0))).rejects.toThrow(
      DuplicateKeyError,
    )
    expect(ledger.table.rows().map(row => row.entryId)).toEqual(['led_1', 'led_2'])
  })
})

describe('the fake outbox', () => {
  const wantedOf = (given: Partial<UnpublishedRows> = {}): UnpublishedRows => ({
    shards: [0],
    nowMs: FAKE_NOW_MS,
    limitEach: 10,
    ifLocked: 'wait' as const,
    withoutTopics: [],
    ...given,
  })

  const insertRows = async (rows: Array<{ messageKey: string; sequence: number; shard?: number; topic?: string }>) => {
    const ports = createFakePorts()
    for (const { messageKey, sequence, shard = 0, topic = 'payment.authorized' } of rows)
      await ports.transactions.run('rows', tx =>
        ports.outbox.insert(
          tx,
          {
            eventId: `${messageKey}-${sequence}`,
            topic,
            messageKey,
            sequence,
            payload: '{}',
            shard,
            traceparent: null,
          },
          FAKE_NOW_MS,
        ),
      )
    return ports
  }

  test('a payment has a sequence once', async () => {
    await expect(
      insertRows([
        { messageKey: 'a', sequence: 1 },
        { messageKey: 'a', sequence: 1 },
      ]),
    ).rejects.toThrow(DuplicateKeyError)
  })

  test('unpublished rows come in order of their ids, of one shard, and no more than asked for', async () => {
    const { transactions, outbox } = await insertRows([
      { messageKey: 'a', sequence: 1 },
      { messageKey: 'b', sequence: 1, shard: 1 },
      { messageKey: 'a', sequence: 2 },
      { messageKey: 'c', sequence: 1 },
    ])
    const idsOf = (limit: number) =>
      transactions.run('rows', async tx =>
        (await outbox.lockUnpublished(tx, wantedOf({ limitEach: limit }))).map(row => row.id),
      )

    expect(await idsOf(10)).toEqual([1, 3, 4])
    expect(await idsOf(2)).toEqual([1, 3])
  })

  test('of several shards as many of each, in order of the ids of all', async () => {
    const { transactions, outbox } = await insertRows([
      { messageKey: 'a', sequence: 1, shard: 1 },
      { messageKey: 'b', sequence: 1 },
      { messageKey: 'a', sequence: 2, shard: 1 },
      { messageKey: 'c', sequence: 1 },
      { messageKey: 'd', sequence: 1, shard: 2 },
      { messageKey: 'e', sequence: 1 },
    ])

    const rows = await transactions.run('rows', tx =>
      outbox.lockUnpublished(tx, wantedOf({ shards: [0, 1], limitEach: 2 })),
    )

    expect(rows.map(row => row.id)).toEqual([1, 2, 3, 4])
  })

  test('a row that waits or is parked holds back its payment from there on, and no other', async () => {
    const { transactions, outbox } = await insertRows([
      { messageKey: 'a', sequence: 1 },
      { messageKey: 'a', sequence: 2 },
      { messageKey: 'a', sequence: 3 },
      { messageKey: 'b', sequence: 1 },
    ])
    const refusal = { error: 'too large', attempts: 1, nextAttemptAtMs: FAKE_NOW_MS + 5, parkedAtMs: null }
    const idsAt = (nowMs: number) =>
      transactions.run('rows', async tx => (await outbox.lockUnpublished(tx, wantedOf({ nowMs }))).map(row => row.id))

    await transactions.run('rows', tx => outbox.markRefused(tx, 2, refusal))
    expect(await idsAt(FAKE_NOW_MS + 4)).toEqual([1, 4])
    expect(await idsAt(FAKE_NOW_MS + 5)).toEqual([1, 2, 3, 4])
    await transactions.run('rows', tx => outbox.markRefused(tx, 2, { ...refusal, parkedAtMs: FAKE_NOW_MS }))
    expect(await idsAt(FAKE_NOW_MS + 5)).toEqual([1, 3, 4])

    // What waits behind a parked row is given with its name, and is not met again once it is parked too.
    await transactions.run('rows', async tx => {
      const rows = await outbox.lockUnpublished(tx, wantedOf())
      expect(rows.map(row => row.behind)).toEqual([null, 'a-2', null])
      await outbox.parkBehind(tx, rows.slice(1, 2), FAKE_NOW_MS)
    })
    expect(await idsAt(FAKE_NOW_MS + 5)).toEqual([1, 4])
  })

  test('rows of a topic that is left out do not come, and the others come topic by topic', async () => {
    const { transactions, outbox } = await insertRows([
      { messageKey: 'a', sequence: 1, topic: 'payment.refunded' },
      { messageKey: 'b', sequence: 1, topic: 'payment.captured' },
      { messageKey: 'c', sequence: 1, topic: 'payment.authorized' },
    ])
    const idsOf = (limitEach: number, withoutTopics: string[]) =>
      transactions.run('rows', async tx =>
        (await outbox.lockUnpublished(tx, wantedOf({ limitEach, withoutTopics }))).map(row => row.id),
      )

    expect(await idsOf(10, ['payment.captured'])).toEqual([1, 3])
    expect(await idsOf(2, [])).toEqual([2, 3])
  })

  test('a second relay waits for the rows that the first has locked, and then finds none', async () => {
    const { transactions, outbox } = await insertRows([{ messageKey: 'a', sequence: 1 }])
    const publish = () =>
      transactions.run('rows', async tx => {
        const rows = await outbox.lockUnpublished(tx, wantedOf())
        for (const { id } of rows) await outbox.markPublished(tx, [id], FAKE_NOW_MS)
        return rows.length
      })

    expect((await Promise.all([publish(), publish()])).sort()).toEqual([0, 1])
  })

  test('a relay that does not want to wait fails as by a deadlock: after three tries', async () => {
    const { transactions, outbox } = await insertRows([{ messageKey: 'a', sequence: 1 }])
    let tries = 0

    await transactions.run('rows', async holder => {
      await outbox.lockUnpublished(holder, wantedOf())
      const failing = transactions.run('rows', tx => {
        tries++
        return outbox.lockUnpublished(tx, wantedOf({ ifLocked: 'fail' }))
      })
      await expect(failing).rejects.toThrow(DependencyUnavailableError)
    })

    expect(tries).toBe(3)
  })
})

describe('fake ids', () => {
  test('have the form that the contract asks for, and grow', () => {
    const ids = createFakeIds(31)
    const made = [ids.payment(), ids.payment()]

    expect(paymentId.safeParse(made[0]).success).toBe(true)
    expect(operationId.safeParse(ids.operation()).success).toBe(true)
    expect(eventId.safeParse(ids.event()).success).toBe(true)
    expect([...made].sort()).toEqual(made)
  })
})
