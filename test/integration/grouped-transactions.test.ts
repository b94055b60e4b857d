/** Works that share a transaction: each gets its own answer or error, its effects are there once, and nobody waits for another's lock. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import mysql from 'mysql2/promise'
import type { Payment } from '../../shared/domain/payment.ts'
import {
  DependencyUnavailableError,
  DuplicateKeyError,
  type LedgerEntry,
  RowRefusedError,
  type Transaction,
} from '../../shared/payments/ports.ts'
import { until } from '../../shared/runtime/until.ts'
import type { FaultyWire } from '../support/faulty-wire.ts'
import { answerOf, ids, MERCHANT, NOW_MS, newOperation, newPayment, stored, times } from '../support/rows.ts'
import { increment, insertPayment, planted, ScratchDatabase, type Stores } from '../support/scratch-stores.ts'
import { systemUnderTest } from '../support/system.ts'

jest.setTimeout(120_000)

/** Not READ COMMITTED. */
const COMMIT = /\bCOMMIT\b/

let scratch: ScratchDatabase
beforeAll(async () => {
  scratch = await ScratchDatabase.create(systemUnderTest().databaseUrl, 'grouped')
})
afterEach(() => scratch.closeOpened())
afterAll(() => scratch.drop())

/** What became of a promise so far. */
function watched<T>(promise: Promise<T>): { promise: Promise<T>; isSettled: boolean } {
  const watch = { promise, isSettled: false }
  const settle = () => {
    watch.isSettled = true
  }
  promise.then(settle, settle)
  return watch
}

const reasonsOf = (results: PromiseSettledResult<unknown>[]): unknown[] =>
  results.map(result => (result.status === 'rejected' ? result.reason : undefined))

const paymentCount = (payments: Payment[]): Promise<number> =>
  scratch.direct.count('SELECT COUNT(*) FROM payment WHERE payment_id IN (?)', [payments.map(row => row.paymentId)])

async function eventCounts(payments: Payment[]): Promise<number[]> {
  const rows = await scratch.direct.rows<{ payment_id: string; event_count: number }>(
    'SELECT payment_id, event_count FROM payment WHERE payment_id IN (?)',
    [payments.map(row => row.paymentId)],
  )
  const counts = new Map(rows.map(row => [row.payment_id, row.event_count]))
  return payments.map(row => counts.get(row.paymentId) ?? Number.NaN)
}

/** Holds a group of one in its commit while `ask` asks for more: that will be the next group. */
async function asNextGroup<T>(wire: FaultyWire, stores: Stores, ask: () => Promise<T>[]): Promise<Promise<T>[]> {
  const held = wire.holdNext(COMMIT)
  const first = insertPayment(stores, newPayment())
  await held.reached
  const asked = ask()
  for (const work of asked) work.catch(() => undefined)
  held.release()
  await first
  return asked
}

/** Somebody else's transaction that holds these rows, and those of their answers, until it is told. */
async function lockElsewhere(payments: Payment[]): Promise<() => Promise<void>> {
  const connection = await mysql.createConnection({ uri: scratch.url })
  await connection.beginTransaction()
  await connection.query('SELECT 1 FROM payment WHERE payment_id IN (?) FOR UPDATE', [payments.map(p => p.paymentId)])
  const keys = payments.map(p => [p.merchantId, p.paymentId])
  await connection.query('SELECT 1 FROM idem_response_cache WHERE (merchant_id, idempotency_key) IN (?) FOR UPDATE', [
    keys,
  ])
  return async () => {
    await connection.rollback()
    await connection.end()
  }
}

const connectionIdOf = async ({ database }: Stores, tx?: Transaction): Promise<number> =>
  (await database.select<{ id: number }>('SELECT CONNECTION_ID() AS id', [], tx))[0]!.id

async function kill(connectionIds: Iterable<number>): Promise<void> {
  for (const id of new Set(connectionIds)) await scratch.direct.write('KILL CONNECTION ?', [id])
}

describe('what shares a transaction', () => {
  test('works that are asked for while a group is under way are committed together, and answered after that', async () => {
    const { wire, stores } = await scratch.wired()
    const firstCommit = wire.holdNext(COMMIT)
    const first = watched(insertPayment(stores, newPayment()))
    await firstCommit.reached
    const payments = times(8, () => newPayment())
    const asked = payments.map(payment => watched(insertPayment(stores, payment)))
    const secondCommit = wire.holdNext(COMMIT)
    expect(first.isSettled).toBe(false)
    firstCommit.release()
    await first.promise
    await secondCommit.reached

    expect(await paymentCount(payments)).toBe(0)
    expect(asked.filter(work => work.isSettled)).toEqual([])
    secondCommit.release()
    await Promise.all(asked.map(work => work.promise))

    expect(await paymentCount(payments)).toBe(8)
    expect(wire.count(COMMIT)).toBe(2)
  })

  test('two works of one subject never share one, however many others do', async () => {
    const { wire, stores } = await scratch.wired()
    const [mine, ...others] = await planted(stores, 6)
    const commitsBefore = wire.count(COMMIT)
    const asked = await asNextGroup(wire, stores, () => [
      ...times(3, () => increment(stores, mine!.paymentId)),
      ...others.map(payment => increment(stores, payment.paymentId)),
    ])

    expect((await Promise.all(asked)).sort()).toEqual([1, 1, 1, 1, 1, 1, 2, 3])
    expect(wire.count(COMMIT) - commitsBefore).toBe(4)
  })

  test('a work that dawdles between its statements is in one transaction all the same', async () => {
    const { wire, stores } = await scratch.wired()
    const [slow, ...quick] = await planted(stores, 4)
    const dawdle = () =>
      stores.transactions.run(slow!.paymentId, async tx => {
        const before = await stores.payments.lock(tx, slow!.paymentId)
        await stores.payments.update(tx, { ...before!, eventCount: 70 })
        await sleep(30)
        const between = await stores.payments.lock(tx, slow!.paymentId)
        await sleep(30)
        await stores.payments.update(tx, { ...between!, eventCount: between!.eventCount + 7 })
      })
    const commitsBefore = wire.count(COMMIT)
    const asked = await asNextGroup<unknown>(wire, stores, () => [
      dawdle(),
      ...quick.map(payment => increment(stores, payment.paymentId)),
    ])
    await Promise.all(asked)

    expect(await eventCounts([slow!, ...quick])).toEqual([77, 1, 1, 1])
    expect(wire.count(COMMIT) - commitsBefore).toBe(2)
  })

  test('a work that asks nothing of the database has its answer, alone and among others', async () => {
    const stores = scratch.stores()
    const [payment] = await planted(stores, 1)
    const idle = () => stores.transactions.run('nothing', async () => 'nothing asked')

    expect(await idle()).toBe('nothing asked')
    expect(await Promise.all([increment(stores, payment!.paymentId), idle(), idle()])).toEqual([
      1,
      'nothing asked',
      'nothing asked',
    ])
  })

  test('every connection is told READ COMMITTED and its time zone before its first transaction', async () => {
    const { wire, stores } = await scratch.wired()
    await Promise.all(times(20, () => insertPayment(stores, newPayment())))

    const connections = new Set(wire.heard.map(heard => heard.connection))
    for (const connection of connections) {
      const texts = wire.heard.filter(heard => heard.connection === connection).map(heard => heard.text)
      const transactionAt = texts.findIndex(text => /START TRANSACTION|BEGIN/.test(text))
      const before = texts.slice(0, transactionAt < 0 ? texts.length : transactionAt).join(';')
      expect(before).toContain('ISOLATION LEVEL READ COMMITTED')
      expect(before).toContain("time_zone = '+00:00'")
    }
  })

  test('a transaction that is over is of no use to anybody who kept it', async () => {
    const stores = scratch.stores()
    const [payment, ...others] = await planted(stores, 4)
    const kept: Transaction[] = []
    await Promise.all([
      stores.transactions.run(payment!.paymentId, async tx => {
        kept.push(tx)
        await stores.payments.lock(tx, payment!.paymentId)
      }),
      ...others.map(other => increment(stores, other.paymentId)),
    ])

    for (const tx of kept) {
      await expect(stores.payments.lock(tx, payment!.paymentId)).rejects.toThrow()
      await expect(stores.payments.update(tx, { ...payment!, eventCount: 99 })).rejects.toThrow()
    }
    await increment(stores, payment!.paymentId)
    expect(await eventCounts([payment!])).toEqual([1])
  })
})

describe('whose answer it is', () => {
  test('each of a group lists the ledger entries of its own payment, in their order', async () => {
    const { wire, stores } = await scratch.wired()
    const payments = times(5, () => newPayment())
    const entriesOf = (payment: Payment): LedgerEntry[] =>
      times(2, index => ({
        entryId: ids.entry(),
        paymentId: payment.paymentId,
        eventId: ids.event(),
        type: index === 0 ? 'capture' : 'refund',
        debitAccount: index === 0 ? 'acquirer_receivable' : `merchant_payable:${MERCHANT}`,
        creditAccount: index === 0 ? `merchant_payable:${MERCHANT}` : 'acquirer_receivable',
        amountMinor: 100 + index,
        currency: 'KRW',
        occurredAtMs: NOW_MS,
      }))
    const written = payments.map(entriesOf)
    await stores.database.runAlone(async tx => {
      for (const [index, payment] of payments.entries()) {
        await stores.payments.insert(tx, payment)
        await stores.ledger.insert(tx, written[index]!, NOW_MS)
      }
    })
    const none = ids.payment()
    const listed = await asNextGroup(wire, stores, () =>
      [...payments.map(({ paymentId }) => paymentId), none].map(paymentId =>
        stores.transactions.run(paymentId, tx => stores.ledger.listByPayment(tx, paymentId)),
      ),
    )
    expect(await Promise.all(listed)).toEqual([...written, []])
  })

  test('a group finishes its operations by one statement, whatever became of each and when, for which the server goes by their keys', async () => {
    const { wire, stores } = await scratch.wired()
    const { transactions, payments, operations, database } = stores
    const there = times(30, () => newPayment())
    const pending = there.map(payment => newOperation(payment.paymentId))
    await database.runAlone(async tx => {
      for (const [index, payment] of there.entries()) {
        await payments.insert(tx, payment)
        await operations.insert(tx, pending[index]!)
      }
    })
    const outcomeOf = (index: number) => ({
      state: index % 3 === 0 ? ('DECLINED' as const) : ('SUCCEEDED' as const),
      declineReason: index % 3 === 0 ? 'no_money' : null,
      nowMs: NOW_MS + index,
      asked: { askedAtMs: NOW_MS + 2 * index, answeredAtMs: index % 2 === 0 ? null : NOW_MS + 3 * index },
    })
    const finished = await asNextGroup(wire, stores, () =>
      pending.map((operation, index) =>
        transactions.run(operation.paymentId, tx => operations.finish(tx, operation, outcomeOf(index))),
      ),
    )
    expect(await Promise.all(finished)).toEqual(times(30, () => true))
    const rows = await scratch.direct.rows(
      `SELECT state, decline_reason, finished_at, asked_at, answered_at FROM payment_operation
       WHERE operation_id IN (?) ORDER BY operation_id`,
      [pending.map(({ operationId }) => operationId)],
    )
    expect(rows).toEqual(
      times(30, outcomeOf).map(({ state, declineReason, nowMs, asked: { askedAtMs, answeredAtMs } }) => ({
        ...{ state, decline_reason: declineReason, finished_at: new Date(nowMs), asked_at: new Date(askedAtMs) },
        answered_at: answeredAtMs === null ? null : new Date(answeredAtMs),
      })),
    )

    const [update, ...others] = wire.heard.flatMap(
      ({ text }) => text.match(/UPDATE payment_operation SET state[^;]*/) ?? [],
    )
    expect(others).toEqual([])
    // Nothing is pending any more: by the index of states it would be found soonest.
    const [plan] = await scratch.direct.rows<{ key: string }>(`EXPLAIN ${update}`)
    expect(plan).toMatchObject({ key: 'PRIMARY' })
  })

  test('a group writes what its payments and their answers become by one statement each, and waits for nobody else', async () => {
    const { wire, stores } = await scratch.wired()
    const { transactions, payments, answers, database } = stores
    const payment = (index: number) => newPayment({ merchantId: `${MERCHANT}-${index}` })
    const bystander = payment(0)
    const before = times(30, index => payment(index + 1))
    // Of a table that is hardly larger than the group, the server would rather read all of it.
    const others = times(300, index => payment(index + 31))
    const open = (payment: Payment & { idempotencyKey: string }, tx: Transaction) =>
      answers.open(tx, {
        merchantId: payment.merchantId,
        key: payment.idempotencyKey,
        operationId: null,
        fingerprint: 'v1:x',
        canonicalRequest: '{}',
        nowMs: NOW_MS,
      })
    await database.runAlone(async tx => {
      for (const payment of [bystander, ...before, ...others]) {
        await payments.insert(tx, payment)
        await open(payment, tx)
      }
    })
    const unlock = await lockElsewhere([bystander])
    const after = before.map((payment, index) => ({
      ...payment,
      status: index % 2 === 0 ? ('AUTHORIZED' as const) : ('DECLINED' as const),
      pendingOperationId: index % 3 === 0 ? null : ids.operation(),
      eventCount: index,
      captureBeforeMs: index % 2 === 0 ? NOW_MS + index : null,
      updatedAtMs: NOW_MS + index,
    }))
    const write = (payment: (typeof after)[number], index: number) =>
      transactions.run(payment.paymentId, async tx => {
        await payments.update(tx, payment)
        const answer = answerOf(`it's ${index}; 한글`)
        const { merchantId, idempotencyKey: key } = payment
        await answers.finish(tx, { merchantId, key, answer, nowMs: NOW_MS + index })
      })
    const written = await asNextGroup(wire, stores, () => after.map(write))
    await Promise.all(written)
    await unlock()

    const lock = (payment: Payment) => database.runAlone(tx => payments.lock(tx, payment.paymentId))
    expect(await Promise.all(after.map(lock))).toEqual(after.map(stored))
    const found = await Promise.all(
      after.map(({ merchantId, idempotencyKey }) => answers.find(merchantId, idempotencyKey)),
    )
    expect(found.map(each => each?.finished)).toEqual(
      times(30, index => ({ answer: answerOf(`it's ${index}; 한글`), finishedAtMs: NOW_MS + index })),
    )
    // One alone is another text: by `(a, b) IN ((1, 2))` the server would read the whole table.
    await write(after[0]!, 0)
    const updates = wire.heard.flatMap(({ text }) => text.split(';\n').filter(each => each.startsWith('UPDATE ')))
    const tables = updates.map(update => update.split(' ')[1])
    expect(tables).toEqual(['payment', 'idem_response_cache', 'payment', 'idem_response_cache'])
    for (const update of updates) {
      const [plan] = await scratch.direct.rows<{ key: string; type: string }>(`EXPLAIN ${update}`)
      expect(plan).toMatchObject({ key: 'PRIMARY', type: 'range' })
    }
  })

  test('hundreds of works of every kind at once have each its own', async () => {
    const stores = scratch.stores()
    const { transactions, payments, operations, answers } = stores
    const there = times(100, index => newPayment({ amountMinor: 1_000 + index, eventCount: index }))
    const pending = there.map((payment, index) => newOperation(payment.paymentId, { attempt: (index % 3) + 1 }))
    await stores.database.runAlone(async tx => {
      for (const [index, payment] of there.entries()) {
        await payments.insert(tx, payment)
        await operations.insert(tx, pending[index]!)
      }
    })
    const lockOne = (payment: Payment) =>
      transactions.run(payment.paymentId, tx => payments.lock(tx, payment.paymentId))
    const lockMissing = (id: string) => transactions.run(id, tx => payments.lock(tx, id))
    const askKey = (subject: string, key: string) =>
      transactions.run(subject, tx => operations.isKeyUsed(tx, MERCHANT, key))
    /** Every third has the attempt that the row has. */
    const finish = (index: number) =>
      transactions.run(there[index]!.paymentId, async tx => {
        const [payment, owned] = await Promise.all([
          payments.lock(tx, there[index]!.paymentId),
          operations.finish(
            tx,
            { ...pending[index]!, attempt: 1 },
            { state: 'SUCCEEDED', declineReason: null, nowMs: NOW_MS },
          ),
        ])
        if (owned) await payments.update(tx, { ...payment!, status: 'AUTHORIZED' })
        return { paymentId: payment?.paymentId, owned }
      })
    const make = (payment: Payment & { idempotencyKey: string }) =>
      transactions.run(payment.paymentId, async tx => {
        await payments.insert(tx, payment)
        await answers.open(tx, {
          merchantId: MERCHANT,
          key: payment.paymentId,
          operationId: null,
          fingerprint: 'v1:x',
          canonicalRequest: `{"of":"${payment.paymentId}"}`,
          nowMs: NOW_MS,
        })
        const found = await payments.lock(tx, payment.paymentId)
        await answers.finish(tx, {
          merchantId: MERCHANT,
          key: payment.paymentId,
          answer: answerOf(payment.paymentId),
          nowMs: NOW_MS,
        })
        return found
      })
    const made = times(100, index => newPayment({ amountMinor: 2_000 + index }))
    const missing = times(100, () => ids.payment())

    const results = await Promise.all(
      times(100, index =>
        Promise.all([
          lockOne(there[index]!),
          make(made[index]!),
          lockMissing(missing[index]!),
          askKey(missing[index]!, index % 2 === 0 ? pending[index]!.idempotencyKey! : `no-${index}`),
          finish(index),
          transactions.run(`idle-${index}`, async () => index),
        ]),
      ),
    )

    for (const [index, [locked, own, none, isUsed, finished, number]] of results.entries()) {
      const owned = index % 3 === 0
      expect(locked).toEqual({
        ...stored(there[index]!),
        status: expect.stringMatching(owned ? /AUTHORIZED|REQUESTED/ : /REQUESTED/),
      })
      expect(own).toEqual(stored(made[index]!))
      expect(none).toBeUndefined()
      expect(isUsed).toBe(index % 2 === 0)
      expect(finished).toEqual({ paymentId: there[index]!.paymentId, owned })
      expect(number).toBe(index)
      expect(await answers.find(MERCHANT, made[index]!.paymentId)).toMatchObject({
        canonicalRequest: `{"of":"${made[index]!.paymentId}"}`,
        finished: { answer: answerOf(made[index]!.paymentId) },
      })
    }
    const states = await scratch.direct.rows(
      'SELECT state, COUNT(*) AS count FROM payment_operation WHERE operation_id IN (?) GROUP BY state ORDER BY state',
      [pending.map(row => row.operationId)],
    )
    expect(states).toEqual([
      { state: 'PENDING', count: 66 },
      { state: 'SUCCEEDED', count: 34 },
    ])
  })

  test('fifty at once on one payment count to fifty, while others count their own', async () => {
    const stores = scratch.stores()
    const [mine, ...others] = await planted(stores, 6)
    const [counted, ...rest] = await Promise.all([
      Promise.all(times(50, () => increment(stores, mine!.paymentId))),
      ...others.map(payment => Promise.all(times(10, () => increment(stores, payment.paymentId)))),
    ])

    const oneTo = (last: number) => times(last, index => index + 1)
    const inOrder = (numbers: number[]) => numbers.sort((a, b) => a - b)
    expect(inOrder(counted)).toEqual(oneTo(50))
    for (const own of rest) expect(inOrder(own)).toEqual(oneTo(10))
    expect(await eventCounts([mine!, ...others])).toEqual([50, 10, 10, 10, 10, 10])
  })
})

describe('whose error it is', () => {
  const neighbours = (stores: Stores, payments: Array<Payment & { idempotencyKey: string }>) =>
    payments.map(payment => insertPayment(stores, payment))

  test('an error of a work itself is its own, whatever it throws and whenever', async () => {
    const { wire, stores } = await scratch.wired()
    const { transactions, payments } = stores
    const [locked] = await planted(stores, 1)
    const lost = times(4, () => newPayment())
    const thrown = [new RangeError('before anything'), new RangeError('after a lock'), 'a text', undefined]
    const inserting = (index: number, fail: (tx: Transaction) => Promise<void>) =>
      transactions.run(lost[index]!.paymentId, async tx => {
        await payments.insert(tx, lost[index]!)
        await fail(tx)
      })
    const asThrower = (index: number) => async () => {
      throw thrown[index]
    }
    const fine = times(10, () => newPayment())
    const asked = await asNextGroup(wire, stores, () => [
      ...neighbours(stores, fine.slice(0, 5)),
      inserting(0, asThrower(0)),
      inserting(1, async tx => {
        await payments.lock(tx, locked!.paymentId)
        throw thrown[1]
      }),
      inserting(2, asThrower(2)),
      inserting(3, asThrower(3)),
      ...neighbours(stores, fine.slice(5)),
    ])
    const results = await Promise.allSettled(asked)

    expect(results.map(result => result.status)).toEqual([
      ...times(5, () => 'fulfilled'),
      ...times(4, () => 'rejected'),
      ...times(5, () => 'fulfilled'),
    ])
    for (const [index, reason] of reasonsOf(results.slice(5, 9)).entries()) expect(reason).toBe(thrown[index])
    expect(await paymentCount(fine)).toBe(10)
    expect(await paymentCount(lost)).toBe(0)
  })

  test('a work that throws before it has made a promise does no more than one that rejects', async () => {
    const { wire, stores } = await scratch.wired()
    const own = new RangeError('at once')
    const fine = times(6, () => newPayment())
    const throwing = () =>
      stores.transactions.run('throws', () => {
        throw own
      })
    const asked = await asNextGroup<unknown>(wire, stores, () => [
      ...neighbours(stores, fine.slice(0, 3)),
      ...times(2, index =>
        stores.transactions.run(`rejects-${index}`, async () => {
          throw own
        }),
      ),
      throwing(),
      ...neighbours(stores, fine.slice(3)),
    ])
    const results = await Promise.allSettled(asked)

    expect(reasonsOf(results)).toEqual([...times(3, () => undefined), own, own, own, ...times(3, () => undefined)])
    expect(await paymentCount(fine)).toBe(6)
  })

  test('rows that the database refuses cost their own works only', async () => {
    const { wire, stores } = await scratch.wired()
    const [known] = await planted(stores, 1)
    const fine = times(12, () => newPayment())
    const refused = [
      newPayment({ paymentId: known!.paymentId }),
      { ...newPayment(), idempotencyKey: known!.idempotencyKey },
      newPayment({ amountMinor: 0 }),
      newPayment({ capturedMinor: 10_001 }),
      newPayment({ merchantId: 'm'.repeat(33) }),
      newPayment({ status: 'NONSENSE' as never }),
    ]
    const asked = await asNextGroup(wire, stores, () => [
      ...neighbours(stores, fine.slice(0, 6)),
      // The subject of a payment that is not there yet is a name like any other.
      ...refused.map((payment, index) =>
        stores.transactions.run(`refused-${index}`, tx => stores.payments.insert(tx, payment)),
      ),
      ...neighbours(stores, fine.slice(6)),
    ])
    const results = await Promise.allSettled(asked)

    expect(reasonsOf(results)).toEqual([
      ...times(6, () => undefined),
      ...[DuplicateKeyError, DuplicateKeyError].map(type => expect.any(type)),
      ...times(4, () => expect.any(RowRefusedError)),
      ...times(6, () => undefined),
    ])
    expect(String(reasonsOf(results)[6])).toContain(known!.paymentId)
    expect(await paymentCount(fine)).toBe(12)
    expect(await paymentCount(refused.slice(1))).toBe(0)
  })

  test('an update that the database refuses is undone with the rest of its work', async () => {
    const { wire, stores } = await scratch.wired()
    const { transactions, payments } = stores
    const rows = await planted(stores, 6)
    const overdraw = (payment: Payment) =>
      transactions.run(payment.paymentId, async tx => {
        const before = await payments.lock(tx, payment.paymentId)
        await payments.update(tx, { ...before!, eventCount: 50 })
        await payments.update(tx, { ...before!, capturedMinor: before!.amountMinor + 1 })
        return 0
      })
    const asked = await asNextGroup(wire, stores, () =>
      rows.map((payment, index) => (index === 3 ? overdraw(payment) : increment(stores, payment.paymentId))),
    )
    const results = await Promise.allSettled(asked)

    expect(reasonsOf(results)).toEqual(times(6, index => (index === 3 ? expect.any(RowRefusedError) : undefined)))
    expect(await eventCounts(rows)).toEqual([1, 1, 1, 0, 1, 1])
  })

  test('of several in one group that want the same key one gets it', async () => {
    const { wire, stores } = await scratch.wired()
    const rivals = times(6, () => ({ ...newPayment(), idempotencyKey: `wanted-${ids.payment()}`.slice(0, 40) }))
    for (const rival of rivals) rival.idempotencyKey = rivals[0]!.idempotencyKey
    const fine = times(4, () => newPayment())
    const asked = await asNextGroup(wire, stores, () =>
      neighbours(stores, [...rivals.slice(0, 3), ...fine, ...rivals.slice(3)]),
    )
    const results = await Promise.allSettled(asked)

    const reasons = reasonsOf(results)
    expect(reasons.slice(3, 7)).toEqual(times(4, () => undefined))
    const rivalReasons = [...reasons.slice(0, 3), ...reasons.slice(7)]
    expect(rivalReasons.filter(reason => reason instanceof DuplicateKeyError)).toHaveLength(5)
    const winner = rivals[rivalReasons.indexOf(undefined)]!
    const keyRows = await scratch.direct.rows('SELECT payment_id FROM payment WHERE idempotency_key = ?', [
      winner.idempotencyKey,
    ])
    expect(keyRows).toEqual([{ payment_id: winner.paymentId }])
    expect(await paymentCount(fine)).toBe(4)
  })

  test('a work that goes on after an error of its own has not succeeded, and its neighbours have', async () => {
    const { wire, stores } = await scratch.wired()
    const { transactions, payments } = stores
    const [known] = await planted(stores, 1)
    const fine = times(4, () => newPayment())
    const leftover = newPayment()
    const swallow = () =>
      transactions.run(leftover.paymentId, async tx => {
        await payments.insert(tx, { ...newPayment(), idempotencyKey: known!.idempotencyKey })
        await payments.lock(tx, known!.paymentId).catch(() => undefined)
        await payments.insert(tx, leftover)
      })
    const asked = await asNextGroup(wire, stores, () => [swallow(), ...neighbours(stores, fine)])
    const results = await Promise.allSettled(asked)

    expect(results.map(result => result.status)).toEqual(['rejected', ...times(4, () => 'fulfilled')])
    expect(await paymentCount([...fine, leftover])).toBe(4)
  })
})

describe('locks of others', () => {
  test('a work waits for a lock by itself; whoever came with it is done long before', async () => {
    const stores = scratch.stores()
    const another = scratch.stores()
    const [held, released, ...others] = await planted(stores, 22)
    const unlockHeld = await lockElsewhere([held!])
    const unlockReleased = await lockElsewhere([released!])
    // Waits for the same lock from before, and goes about it again when it has waited as long as one may.
    let triesElsewhere = 0
    const elsewhere = another.database.runAlone(async tx => {
      triesElsewhere++
      await another.payments.lock(tx, held!.paymentId)
    })
    elsewhere.catch(() => undefined)
    await until(() => triesElsewhere === 1, { what: 'the other process to begin', intervalMs: 5 })

    const stuck = watched(increment(stores, held!.paymentId))
    const waiting = watched(increment(stores, released!.paymentId))
    await Promise.all(others.map(payment => increment(stores, payment.paymentId)))
    const stuckToo = watched(increment(stores, held!.paymentId))
    await Promise.all(others.map(payment => increment(stores, payment.paymentId)))

    expect(triesElsewhere).toBe(1)
    expect([stuck, waiting, stuckToo].map(work => work.isSettled)).toEqual([false, false, false])
    await unlockReleased()
    expect(await waiting.promise).toBe(1)
    await expect(stuck.promise).rejects.toBeInstanceOf(DependencyUnavailableError)
    await expect(stuckToo.promise).rejects.toBeInstanceOf(DependencyUnavailableError)
    await expect(elsewhere).rejects.toBeInstanceOf(DependencyUnavailableError)
    await unlockHeld()
    expect(await eventCounts([held!, released!, ...others])).toEqual([0, 1, ...times(20, () => 2)])
    expect(await increment(stores, held!.paymentId)).toBe(1)
  })

  test('a transaction of its own waits for a lock also where groups have been', async () => {
    const { wire, stores } = await scratch.wired(1)
    const [payment] = await planted(stores, 1)
    await increment(stores, payment!.paymentId)
    const unlock = await lockElsewhere([payment!])
    let tries = 0
    const alone = watched(
      stores.database.runAlone(async tx => {
        tries++
        return stores.payments.lock(tx, payment!.paymentId)
      }),
    )
    await until(() => wire.count(/FOR UPDATE/) >= 2, { what: 'it to ask for the lock', intervalMs: 5 })
    // Longer than three tries take that do not wait.
    await sleep(300)
    expect({ tries, isSettled: alone.isSettled }).toEqual({ tries: 1, isSettled: false })
    await unlock()
    expect(await alone.promise).toMatchObject({ eventCount: 1 })
  })

  test('groups of two processes over the same payments in opposite order do everything once', async () => {
    const processes = [scratch.stores(), scratch.stores()] as const
    const payments = await planted(processes[0], 16)
    const backwards = [...payments].reverse()
    for (let round = 0; round < 6; round++) {
      await Promise.all([
        ...payments.map(payment => increment(processes[0], payment.paymentId)),
        ...backwards.map(payment => increment(processes[1], payment.paymentId)),
      ])
    }
    expect(await eventCounts(payments)).toEqual(payments.map(() => 12))
  })
})

describe('lost connections', () => {
  test('killed before the commit: all is done once and nobody hears of it', async () => {
    const { wire, stores } = await scratch.wired()
    const { transactions, payments } = stores
    const rows = await planted(stores, 5)
    const gate = Promise.withResolvers<void>()
    const connections: number[] = []
    const asked = await asNextGroup(wire, stores, () =>
      rows.map(payment =>
        transactions.run(payment.paymentId, async tx => {
          await payments.update(tx, { ...payment, eventCount: 100 })
          connections.push(await connectionIdOf(stores, tx))
          await gate.promise
          const before = await payments.lock(tx, payment.paymentId)
          await payments.update(tx, { ...before!, eventCount: before!.eventCount + 1 })
        }),
      ),
    )
    await until(() => connections.length === 5, { what: 'all five to be on their way', intervalMs: 5 })
    expect(new Set(connections).size).toBe(1)
    await kill(connections)
    gate.resolve()
    await Promise.all(asked)

    expect(await eventCounts(rows)).toEqual(times(5, () => 101))
  })

  test('cut off with a statement on its way that is not the commit: all is done once and nobody hears of it', async () => {
    const { wire, stores } = await scratch.wired()
    const rows = await planted(stores, 5)
    const asked = await asNextGroup(wire, stores, () => {
      wire.holdNext(/FOR UPDATE/).release('cut')
      return rows.map(payment => increment(stores, payment.paymentId))
    })

    expect(await Promise.all(asked)).toEqual([1, 1, 1, 1, 1])
    expect(await eventCounts(rows)).toEqual([1, 1, 1, 1, 1])
  })

  test('killed while nobody used them: the next works find new ones', async () => {
    const stores = scratch.stores()
    const rows = await planted(stores, 5)
    for (let round = 1; round <= 3; round++) {
      const connections = await Promise.all(
        rows.map(payment => stores.transactions.run(payment.paymentId, tx => connectionIdOf(stores, tx))),
      )
      await kill(connections)
      const counted = await Promise.all(rows.map(payment => increment(stores, payment.paymentId)))
      expect(counted).toEqual([round, round, round, round, round])
    }
  })

  test.each([
    { fate: 'cut', rowCount: 0 },
    { fate: 'swallow', rowCount: 6 },
  ] as const)(
    'cut off in the commit ($fate): it is not known, each is told so, and nobody tries again',
    async ({ fate, rowCount }) => {
      const { wire, stores } = await scratch.wired()
      const payments = times(6, () => newPayment())
      const calls: string[] = []
      const asked = await asNextGroup(wire, stores, () => {
        wire.holdNext(COMMIT).release(fate)
        return payments.map(payment =>
          stores.transactions.run(payment.paymentId, async tx => {
            calls.push(payment.paymentId)
            await stores.payments.lock(tx, payment.paymentId)
            await stores.payments.insert(tx, payment)
          }),
        )
      })
      const results = Promise.allSettled(asked)
      await until(async () => (await paymentCount(payments)) === rowCount, { what: 'the commit', intervalMs: 10 })
      if (fate === 'swallow') wire.cut()

      expect(reasonsOf(await results)).toEqual(times(6, () => expect.any(DependencyUnavailableError)))
      expect(calls.sort()).toEqual(payments.map(payment => payment.paymentId))
      await insertPayment(stores, newPayment())
      expect(await paymentCount(payments)).toBe(rowCount)
    },
  )

  test('MariaDB away: all are told; back: works go on', async () => {
    const { wire, stores } = await scratch.wired()
    const rows = await planted(stores, 20)
    const countAll = () => Promise.allSettled(rows.map(payment => increment(stores, payment.paymentId)))
    for (let round = 1; round <= 2; round++) {
      wire.isAway = true
      expect(reasonsOf(await countAll())).toEqual(times(20, () => expect.any(DependencyUnavailableError)))
      wire.isAway = false
      expect(reasonsOf(await countAll())).toEqual(times(20, () => undefined))
      expect(await eventCounts(rows)).toEqual(times(20, () => round))
    }
  })

  test('a server that falls silent in the commit: all are told in the end, and works go on when it speaks again', async () => {
    const { wire, stores } = await scratch.wired()
    const payments = times(6, () => newPayment())
    let calls = 0
    const asked = await asNextGroup(wire, stores, () => {
      wire.holdNext(COMMIT)
      return payments.map(payment =>
        stores.transactions.run(payment.paymentId, async tx => {
          calls++
          await stores.payments.insert(tx, payment)
        }),
      )
    })

    expect(reasonsOf(await Promise.allSettled(asked))).toEqual(times(6, () => expect.any(DependencyUnavailableError)))
    expect(calls).toBe(6)
    const [row] = await planted(stores, 1)
    expect(await increment(stores, row!.paymentId)).toBe(1)
    expect(await paymentCount(payments)).toBe(0)
  })

  test('a connection that falls silent while it is set up holds up nobody but those who wait for it', async () => {
    const { wire, stores } = await scratch.wired()
    const setUp = wire.holdNext(/ISOLATION LEVEL/)
    const payment = newPayment()
    const first = insertPayment(stores, payment)
    first.catch(() => undefined)
    await setUp.reached

    const others = times(5, () => newPayment())
    await Promise.all(others.map(other => insertPayment(stores, other)))
    await expect(first).rejects.toThrow(DependencyUnavailableError)
    expect(await paymentCount(others)).toBe(5)
    expect(await paymentCount([payment])).toBe(0)
  })

  test('a read that nobody answers gives its connection back', async () => {
    const { wire, stores } = await scratch.wired(1)
    wire.holdNext(/SELECT 'silence'/)

    await expect(stores.database.select("SELECT 'silence'", [])).rejects.toThrow(DependencyUnavailableError)
    const payment = newPayment()
    await insertPayment(stores, payment)
    expect(await paymentCount([payment])).toBe(1)
  })

  test('closing in the middle leaves nobody without an answer, no answer without its row, and no connection', async () => {
    const { wire, stores } = await scratch.wired()
    const payments = times(60, () => newPayment())
    const firstCommit = wire.holdNext(COMMIT)
    const first = payments.slice(0, 20).map(payment => insertPayment(stores, payment))
    const asked = Promise.allSettled(first)
    await firstCommit.reached
    const askedLater = Promise.allSettled(payments.slice(20).map(payment => insertPayment(stores, payment)))
    const closed = stores.database.close()
    firstCommit.release()
    await closed

    const settled = [...(await asked), ...(await askedLater)]
    const done = payments.filter((_, index) => settled[index]!.status === 'fulfilled')
    for (const reason of reasonsOf(settled).filter(reason => reason !== undefined))
      expect(reason).toBeInstanceOf(DependencyUnavailableError)
    expect((await eventCounts(done)).filter(Number.isNaN)).toEqual([])
    await until(() => wire.openCount === 0, { what: 'every connection to end' })
  })
})

describe('many at once', () => {
  test('thousands that come at once are all answered: done, or told to come again', async () => {
    const { wire, stores } = await scratch.wired(4)
    const payments = times(4_000, () => newPayment())
    const results = await Promise.allSettled(payments.map(payment => insertPayment(stores, payment)))

    const done = payments.filter((_, index) => results[index]!.status === 'fulfilled')
    expect(done.length).toBeGreaterThanOrEqual(1_000)
    expect(await paymentCount(payments)).toBe(done.length)
    expect(await paymentCount(done)).toBe(done.length)
    for (const reason of reasonsOf(results).filter(reason => reason !== undefined))
      expect(reason).toBeInstanceOf(DependencyUnavailableError)
    expect(wire.openCountMax).toBeLessThanOrEqual(4)
    expect(wire.count(COMMIT)).toBeLessThan(200)
    await insertPayment(stores, newPayment())
  })

  test.each([1, 8])(
    'one that fails among a thousand costs nobody else anything (%i connections)',
    async connectionsMax => {
      const { wire, stores } = await scratch.wired(connectionsMax)
      const payments = times(1_000, () => newPayment())
      const own = new Error('its own')
      const results = await Promise.allSettled(
        payments.map((payment, index) =>
          stores.transactions.run(payment.paymentId, async tx => {
            await stores.payments.insert(tx, payment)
            if (index === 500) throw own
          }),
        ),
      )

      const reasons = reasonsOf(results)
      expect(reasons[500]).toBe(own)
      expect(reasons.filter(reason => reason !== undefined)).toEqual([own])
      expect(await paymentCount(payments)).toBe(999)
      expect(wire.openCountMax).toBeLessThanOrEqual(connectionsMax)
    },
  )

  test('many that fail, in every group some, cost nobody else anything', async () => {
    const { wire, stores } = await scratch.wired(4)
    const payments = times(600, () => newPayment())
    const results = await Promise.allSettled(
      payments.map((payment, index) =>
        stores.transactions.run(payment.paymentId, async tx => {
          await stores.payments.insert(tx, payment)
          await stores.payments.lock(tx, payment.paymentId)
          if (index % 10 === 3) throw index
        }),
      ),
    )

    expect(reasonsOf(results)).toEqual(times(600, index => (index % 10 === 3 ? index : undefined)))
    expect(await paymentCount(payments)).toBe(540)
    expect(wire.openCountMax).toBeLessThanOrEqual(4)
  })

  test('a subject that failed is welcome again: what it asks later succeeds', async () => {
    const stores = scratch.stores()
    const rows = await planted(stores, 6)
    const failing = (payment: Payment) =>
      stores.transactions.run(payment.paymentId, async tx => {
        await stores.payments.update(tx, { ...payment, capturedMinor: payment.amountMinor + 1 })
      })
    for (let round = 1; round <= 3; round++) {
      const results = await Promise.allSettled([
        ...rows.slice(0, 3).map(failing),
        ...rows.slice(0, 3).map(failing),
        ...rows.slice(3).map(payment => increment(stores, payment.paymentId)),
      ])
      expect(reasonsOf(results)).toEqual([...times(6, () => expect.any(RowRefusedError)), ...times(3, () => undefined)])
      expect(await Promise.all(rows.map(payment => increment(stores, payment.paymentId)))).toEqual([
        ...times(3, () => round),
        ...times(3, () => 2 * round),
      ])
    }
  })

  test('a thousand that each bring as much as a request may are not too much for the server', async () => {
    const stores = scratch.stores()
    const canonicalRequest = JSON.stringify({ reason: `it's \\ ; ${'한'.repeat(5_500)}` })
    const keys = times(1_200, () => ids.payment())
    const results = await Promise.allSettled(
      keys.map(key =>
        stores.transactions.run(key, tx =>
          stores.answers.open(tx, {
            merchantId: MERCHANT,
            key,
            operationId: null,
            fingerprint: 'v1:large',
            canonicalRequest,
            nowMs: NOW_MS,
          }),
        ),
      ),
    )

    expect(reasonsOf(results).filter(reason => reason !== undefined)).toEqual([])
    const count = 'SELECT COUNT(*) FROM idem_response_cache WHERE idempotency_key IN (?) AND canonical_request = ?'
    expect(await scratch.direct.count(count, [keys, canonicalRequest])).toBe(1_200)
  })

  test('three hundred of one subject follow each other', async () => {
    const stores = scratch.stores()
    const [payment] = await planted(stores, 1)
    await Promise.all(times(300, () => increment(stores, payment!.paymentId)))
    expect(await eventCounts([payment!])).toEqual([300])
  })
})
