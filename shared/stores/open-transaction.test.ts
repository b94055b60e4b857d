/** What travels with what, and what happens when the server refuses. */
import { describe, expect, test } from '@jest/globals'
import { format } from 'mysql2'
import type { PoolConnection } from 'mysql2/promise'
import { LOCK_WAIT_SECONDS, OpenTransaction, type StatementResult } from './open-transaction.ts'

/** Answers each statement with its own text as the only row, as mysql2 does: one bare, several as a list. */
function recordingConnection(refusal?: { of: string; error: Error }) {
  const roundTrips: string[][] = []
  const connection = {
    connection: {},
    format,
    query: async ({ sql }: { sql: string }) => {
      const statements = sql.split(';\n')
      roundTrips.push(statements)
      if (refusal && statements.includes(refusal.of)) throw refusal.error
      const results = statements.map(statement => [{ statement }])
      return [statements.length === 1 ? results[0] : results, []]
    },
  } as unknown as PoolConnection
  return { connection, roundTrips }
}

function begin(refusal?: { of: string; error: Error }) {
  const { connection, roundTrips } = recordingConnection(refusal)
  const transaction = new OpenTransaction(connection, { timeoutMs: 1_000, lockWaitSeconds: LOCK_WAIT_SECONDS })
  return { transaction, tx: transaction.addParticipant(), roundTrips }
}

const rowsOf = (statement: string) => [{ statement }] as unknown as StatementResult

describe('a transaction', () => {
  test('that only writes is one round trip', async () => {
    const { transaction, tx, roundTrips } = begin()
    tx.queue('INSERT a = ?', ["it's"])
    tx.queue('INSERT b = ?', [2])
    await transaction.commit()

    expect(roundTrips).toEqual([['START TRANSACTION', "INSERT a = 'it\\'s'", 'INSERT b = 2', 'COMMIT']])
  })

  test('hands each reader its own rows, and keeps the order of what was said', async () => {
    const { transaction, tx, roundTrips } = begin()
    tx.queue('UPDATE first', [])
    const [one, two] = await Promise.all([tx.query('SELECT 1', []), tx.query('SELECT 2', [])])
    const three = await tx.query('SELECT 3', [])
    tx.queue('UPDATE last', [])
    await transaction.commit()

    expect([one, two, three]).toEqual([rowsOf('SELECT 1'), rowsOf('SELECT 2'), rowsOf('SELECT 3')])
    expect(roundTrips).toEqual([
      ['START TRANSACTION', 'UPDATE first', 'SELECT 1', 'SELECT 2'],
      ['SELECT 3'],
      ['UPDATE last', 'COMMIT'],
    ])
  })

  test('that says nothing sends nothing', async () => {
    const { transaction, roundTrips } = begin()
    await transaction.commit()

    expect(roundTrips).toEqual([])
    expect(transaction.isBegun).toBe(false)
  })

  test('tells everybody in a round trip of the refusal, also the commit of a write that nobody waited for', async () => {
    const error = new Error('duplicate')
    const { transaction, tx } = begin({ of: 'INSERT twice', error })
    tx.queue('INSERT twice', [])

    await expect(transaction.commit()).rejects.toBe(error)
    expect(transaction.isBegun).toBe(true)
  })

  test('writes nothing more after a refusal: the server may have rolled back, and a statement would stand alone', async () => {
    const { tx, roundTrips } = begin({ of: 'SELECT deadlock', error: new Error('deadlock') })
    const asked = await Promise.allSettled([tx.query('SELECT deadlock', []), tx.query('SELECT 2', [])])

    expect(asked.map(it => it.status)).toEqual(['rejected', 'rejected'])
    expect(() => tx.queue('INSERT late', [])).toThrow('this transaction is over')
    await expect(tx.query('SELECT late', [])).rejects.toThrow('this transaction is over')
    expect(roundTrips).toHaveLength(1)
  })

  // The server rolls back at a deadlock: a statement that is on its way already would be committed by itself.
  test('sends nothing before the last round trip is over', async () => {
    const { tx, roundTrips } = begin({ of: 'SELECT deadlock', error: new Error('deadlock') })
    const first = tx.query('SELECT deadlock', []).catch(() => 'refused')
    await new Promise(resolve => setImmediate(resolve))
    const second = tx.query('UPDATE late', []).catch((error: Error) => error.message)

    expect([await first, await second]).toEqual(['refused', 'this transaction is over'])
    expect(roundTrips).toHaveLength(1)
  })

  test('that has ended rejects what was still on its way', async () => {
    const { transaction, tx, roundTrips } = begin()
    const asked = tx.query('SELECT 1', [])
    transaction.end()

    await expect(asked).rejects.toThrow('this transaction is over')
    expect(roundTrips).toEqual([])
  })
})

describe('several participants of one transaction', () => {
  const INSERT = 'INSERT INTO t (a, b) VALUES'

  test('insert in one statement, with every row as it was said', async () => {
    const { transaction, tx, roundTrips } = begin()
    const other = transaction.addParticipant()
    tx.queueInsert(INSERT, [1, "it's"])
    other.queueInsert(INSERT, [null, 'a;\n?'])
    await transaction.commit()

    expect(roundTrips).toEqual([['START TRANSACTION', `${INSERT} (1, 'it\\'s'), (NULL, 'a;\\n?')`, 'COMMIT']])
  })

  test('lock in one statement, and each gets all rows', async () => {
    const { transaction, tx, roundTrips } = begin()
    const asked = [tx, transaction.addParticipant()].map((each, index) =>
      each.queryByKey('SELECT * FROM t', 'id', `p${index}`, ' FOR UPDATE'),
    )

    const statement = "SELECT * FROM t WHERE id IN ('p0', 'p1') FOR UPDATE"
    expect(await Promise.all(asked)).toEqual([rowsOf(statement), rowsOf(statement)])
    expect(roundTrips).toEqual([['START TRANSACTION', statement]])
  })

  test('update in one statement whatever each sets, under the same condition', async () => {
    const { transaction, tx, roundTrips } = begin()
    const rows = [
      { s: 'DONE', n: 1, and: 's IS NULL' },
      { s: 'DONE', n: null, and: 's IS NULL' },
      { s: 'DONE', n: 2, and: undefined },
    ]
    for (const [index, { and, ...set }] of rows.entries())
      (index === 0 ? tx : transaction.addParticipant()).queueUpdateEach('t', set, {
        key: { m: "it's", id: `p${index}` },
        and,
      })
    await transaction.commit()

    const first = "m = 'it\\'s' AND id = 'p0'"
    const second = "m = 'it\\'s' AND id = 'p1'"
    expect(roundTrips).toEqual([
      [
        'START TRANSACTION',
        `UPDATE t SET s = 'DONE', n = CASE WHEN ${first} THEN 1 WHEN ${second} THEN NULL END WHERE (${first} OR ${second}) AND s IS NULL`,
        "UPDATE t SET s = 'DONE', n = 2 WHERE (m = 'it\\'s' AND id = 'p2')",
        'COMMIT',
      ],
    ])
  })

  test('update a row twice in two statements', async () => {
    const { transaction, tx, roundTrips } = begin()
    const other = transaction.addParticipant()
    for (const [participant, key, n] of [
      [tx, 'a', 1],
      [other, 'b', 1],
      [tx, 'a', 2],
      [other, 'b', 3],
    ] as const)
      participant.queueUpdateEach('t', { n }, { key: { id: key } })
    await transaction.commit()

    expect(roundTrips).toEqual([
      [
        'START TRANSACTION',
        "UPDATE t SET n = 1 WHERE (id = 'a' OR id = 'b')",
        "UPDATE t SET n = CASE WHEN id = 'a' THEN 2 WHEN id = 'b' THEN 3 END WHERE (id = 'a' OR id = 'b')",
        'COMMIT',
      ],
    ])
  })

  // A statement that joins an earlier one must not overtake what its own participant has said before.
  test('keep each their own order', async () => {
    const { transaction, tx, roundTrips } = begin()
    const other = transaction.addParticipant()
    tx.queueInsert(INSERT, [1])
    tx.queue('UPDATE between', [])
    tx.queueInsert(INSERT, [2])
    other.queue('UPDATE first', [])
    other.queueInsert(INSERT, [3])
    await transaction.commit()

    expect(roundTrips).toEqual([
      [
        'START TRANSACTION',
        `${INSERT} (1)`,
        'UPDATE between',
        `${INSERT} (2)`,
        'UPDATE first',
        `${INSERT} (3)`,
        'COMMIT',
      ],
    ])
  })

  test('begin anew after each round trip', async () => {
    const { transaction, tx, roundTrips } = begin()
    const other = transaction.addParticipant()
    tx.queueInsert(INSERT, [1])
    await tx.query('SELECT 1', [])
    other.queueInsert(INSERT, [2])
    tx.queueInsert(INSERT, [3])
    await transaction.commit()

    expect(roundTrips).toEqual([
      ['START TRANSACTION', `${INSERT} (1)`, 'SELECT 1'],
      [`${INSERT} (2), (3)`, 'COMMIT'],
    ])
  })

  test('are all told of a refusal', async () => {
    const error = new Error('lock wait')
    const { transaction, tx } = begin({ of: "SELECT * FROM t WHERE id IN ('p0', 'p1') FOR UPDATE", error })
    const asked = [tx, transaction.addParticipant()].map((each, index) =>
      each.queryByKey('SELECT * FROM t', 'id', `p${index}`, ' FOR UPDATE').catch((thrown: unknown) => thrown),
    )
    expect(await Promise.all(asked)).toEqual([error, error])
  })
})

describe('the wait for locks', () => {
  const waitsOf = (connection: PoolConnection, lockWaitSeconds: number) =>
    new OpenTransaction(connection, { timeoutMs: 1_000, lockWaitSeconds }).addParticipant().query('SELECT 1', [])

  test('is said when the connection waits otherwise, and only then', async () => {
    const { connection, roundTrips } = recordingConnection()
    for (const seconds of [LOCK_WAIT_SECONDS, 0, 0, LOCK_WAIT_SECONDS]) await waitsOf(connection, seconds)

    const plain = ['START TRANSACTION', 'SELECT 1']
    const saying = (seconds: string) => [`SET SESSION innodb_lock_wait_timeout = ${seconds}`, ...plain]
    const none = saying("IF(VERSION() LIKE '%MariaDB%', 0, 1)")
    expect(roundTrips).toEqual([plain, none, plain, saying('2')])
  })

  test('is said again when nobody knows whether the server has heard it', async () => {
    const { connection, roundTrips } = recordingConnection({ of: 'SELECT 1', error: new Error('refused') })
    for (let times = 0; times < 2; times++) await expect(waitsOf(connection, 0)).rejects.toThrow('refused')

    expect(roundTrips.map(statements => statements.length)).toEqual([3, 3])
  })
})
