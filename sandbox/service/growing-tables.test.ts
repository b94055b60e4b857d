/** Tables only grow, and those of an earlier program are made again with their rows. */
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { makeGrowing } from './growing-tables.ts'

const EARLIER = {
  part: "number INTEGER PRIMARY KEY, kind TEXT NOT NULL UNIQUE CHECK (kind IN ('a', 'b')), name TEXT AS (kind || '!')",
}
const NOW = {
  part: "number INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('a', 'b', 'c')), name TEXT AS (kind || '?'), more TEXT",
}

let database: DatabaseSync
beforeEach(() => {
  database = new DatabaseSync(':memory:')
})
afterEach(() => database.close())

const add = (number: number, kind: string) =>
  database.prepare('INSERT INTO part (number, kind) VALUES (?, ?)').run(number, kind)
const rows = () =>
  database
    .prepare('SELECT * FROM part ORDER BY number')
    .all()
    .map(row => ({ ...row }))

describe('a table that only grows', () => {
  test.each(['UPDATE part SET number = 2', 'DELETE FROM part'])('refuses %s', statement => {
    makeGrowing(database, NOW)
    add(1, 'c')
    expect(() => database.exec(statement)).toThrow('part only grows')
  })

  test('that an earlier program made has the columns and checks of now, its rows, and its guards', () => {
    makeGrowing(database, EARLIER)
    add(1, 'a')
    add(2, 'b')
    makeGrowing(database, NOW)
    add(3, 'c')
    add(4, 'c')

    expect(rows().map(row => [row.number, row.kind, row.name, row.more])).toEqual([
      [1, 'a', 'a?', null],
      [2, 'b', 'b?', null],
      [3, 'c', 'c?', null],
      [4, 'c', 'c?', null],
    ])
    expect(() => database.exec('DELETE FROM part')).toThrow('part only grows')
  })

  test('stays as it is when nothing has changed', () => {
    makeGrowing(database, NOW)
    add(1, 'c')
    makeGrowing(database, NOW)
    expect(rows()).toHaveLength(1)
  })

  test('keeps its rows when they do not fit what is wanted now', () => {
    makeGrowing(database, NOW)
    add(1, 'c')
    expect(() => makeGrowing(database, EARLIER)).toThrow()
    if (database.isTransaction) database.exec('ROLLBACK')
    expect(rows()).toEqual([{ number: 1, kind: 'c', name: 'c?', more: null }])
  })
})
