/** What travels with what, and what happens when the server refuses. */
import { describe, expect, test } from '@jest/globals'
import { format } from 'mysql2'
import type { PoolConnection } from 'mysql2/promise'
import { OpenTransaction, type StatementResult } from './open-transaction.ts'

/** Answers each statement with its own text as the only row, as mysql2 does: one bare, several as a list. */
function recordingConnection(refusal?: { of: string; error: Error }) {
  const roundTrips: string[][] = []
  const connection = {
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

const begin = (refusal?: { of: string; error: Error }) => {
  const { connection, roundTrips } = recordingConnection(refusal)
  return { tx: new OpenTransaction(connection, 1_000), roundTrips }
}

const rowsOf = (statement: string) => [{ statement }] as unknown as StatementResult

describe('a transaction', () => {
  test('that only writes is one round trip', async () => {
    const { tx, roundTrips } = begin()
    tx.tell('INSERT a = ?', ["it's"])
    tx.tell('INSERT b = ?', [2])
    await tx.commit()

    expect(roundTrips).toEqual([['START TRANSACTION', "INSERT a = 'it\\'s'", 'INSERT b = 2', 'COMMIT']])
  })

  test('hands each reader its own rows, and keeps the order of what was said', async () => {
    const { tx, roundTrips } = begin()
    tx.tell('UPDATE first', [])
    const [one, two] = await Promise.all([tx.ask('SELECT 1', []), tx.ask('SELECT 2', [])])
    const three = await tx.ask('SELECT 3', [])
    tx.tell('UPDATE last', [])
    await tx.commit()

    expect([one, two, three]).toEqual([rowsOf('SELECT 1'), rowsOf('SELECT 2'), rowsOf('SELECT 3')])
    expect(roundTrips).toEqual([
      ['START TRANSACTION', 'UPDATE first', 'SELECT 1', 'SELECT 2'],
      ['SELECT 3'],
      ['UPDATE last', 'COMMIT'],
    ])
  })

  test('that says nothing sends nothing', async () => {
    const { tx, roundTrips } = begin()
    await tx.commit()

    expect(roundTrips).toEqual([])
    expect(tx.isBegun).toBe(false)
  })

  test('tells everybody in a round trip of the refusal, also the commit of a write that nobody waited for', async () => {
    const error = new Error('duplicate')
    const { tx } = begin({ of: 'INSERT twice', error })
    tx.tell('INSERT twice', [])

    await expect(tx.commit()).rejects.toBe(error)
    expect(tx.isBegun).toBe(true)
  })

  test('writes nothing more after a refusal: the server may have rolled back, and a statement would stand alone', async () => {
    const { tx, roundTrips } = begin({ of: 'SELECT deadlock', error: new Error('deadlock') })
    const asked = await Promise.allSettled([tx.ask('SELECT deadlock', []), tx.ask('SELECT 2', [])])

    expect(asked.map(it => it.status)).toEqual(['rejected', 'rejected'])
    expect(() => tx.tell('INSERT late', [])).toThrow('this transaction is over')
    await expect(tx.ask('SELECT late', [])).rejects.toThrow('this transaction is over')
    expect(roundTrips).toHaveLength(1)
  })

  test('that has ended rejects what was still on its way', async () => {
    const { tx, roundTrips } = begin()
    const asked = tx.ask('SELECT 1', [])
    tx.end()

    await expect(asked).rejects.toThrow('this transaction is over')
    expect(roundTrips).toEqual([])
  })
})
