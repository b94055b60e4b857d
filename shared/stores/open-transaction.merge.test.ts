/** Whatever is merged with whatever: each participant's answers and rows are those it would have had alone. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { format } from 'mysql2'
import type { PoolConnection } from 'mysql2/promise'
import { SEED, seeded } from '../../test/unit/seed.ts'
import {
  LOCK_WAIT_SECONDS,
  OpenTransaction,
  SharedUpdateMissed,
  type TransactionParticipant,
} from './open-transaction.ts'

interface Row {
  k: string
  v: string
  n: number
}

const TEXT = /'((?:[^'\\]|\\.)*)'/g
const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '0': '\0', b: '\b', Z: '\x1a' }
const textsIn = (list: string): string[] =>
  [...list.matchAll(TEXT)].map(([, text]) => text!.replaceAll(/\\(.)/gs, (_, one: string) => escapes[one] ?? one))

/** Of `WHEN key THEN value …`; as the server, the first that fits. */
function valueIn(cases: readonly string[], key: string): string {
  for (let i = 0; i < cases.length; i += 2) if (cases[i] === key) return cases[i + 1]!
  throw new Error(`no value for ${key}`)
}

/** Rows in the order of their insertion, any number to a key, and as much SQL as the tests speak. */
class MemoryTable {
  readonly rows: Row[] = []
  readonly statements: string[] = []
  /** Asked before each statement. */
  refuses: (statement: string) => Error | undefined = () => undefined

  execute(statement: string): Row[] | { affectedRows: number } {
    this.statements.push(statement)
    const refusal = this.refuses(statement)
    if (refusal) throw refusal
    if (/^(START TRANSACTION|COMMIT)$/.test(statement)) return { affectedRows: 0 }
    const [shape, run] = this.#shapes.find(([pattern]) => pattern.test(statement)) ?? []
    if (!shape || !run) throw new Error(`not understood: ${statement}`)
    return run(...shape.exec(statement)!.slice(1).map(textsIn))
  }

  readonly #shapes: Array<[RegExp, (...lists: string[][]) => Row[] | { affectedRows: number }]> = [
    [/^INSERT INTO t \(k, v\) VALUES (\(.*\))$/s, texts => this.#insert(texts)],
    [
      /^UPDATE t SET v = CASE (.*) END WHERE (?:k IN )?\((.*)\)$/s,
      (cases, keys) => this.#change(keys, row => ({ ...row, v: valueIn(cases!, row.k) })),
    ],
    [
      /^UPDATE t SET v = CASE (.*) END WHERE (?:k IN )?\((.*)\) AND v = 'open'$/s,
      (cases, keys) =>
        this.#change(keys, row => (row.v === 'open' ? { ...row, v: valueIn(cases!, row.k) } : undefined)),
    ],
    [
      /^UPDATE t SET v = (.*) WHERE (?:k IN )?\((.*)\)$/s,
      ([v], keys) => this.#change(keys, row => ({ ...row, v: v! })),
    ],
    [
      /^UPDATE t SET v = (.*) WHERE (?:k IN )?\((.*)\) AND v = 'open'$/s,
      ([v], keys) => this.#change(keys, row => (row.v === 'open' ? { ...row, v: v! } : undefined)),
    ],
    [/^UPDATE t SET n = n \+ 1 WHERE k = (.*)$/s, keys => this.#change(keys, row => ({ ...row, n: row.n + 1 }))],
    // As an index may give them: not in the order in which they were asked for.
    [
      /^SELECT \* FROM t WHERE k IN \((.*)\) FOR UPDATE$/s,
      keys => this.rows.filter(({ k }) => keys.includes(k)).reverse(),
    ],
    [/^SELECT \* FROM t WHERE k = (.*)$/s, keys => this.rows.filter(({ k }) => keys.includes(k))],
  ]

  #insert(texts: string[]): { affectedRows: number } {
    for (let i = 0; i < texts.length; i += 2) this.rows.push({ k: texts[i]!, v: texts[i + 1]!, n: 0 })
    return { affectedRows: texts.length / 2 }
  }

  #change(keys: string[] | undefined, change: (row: Row) => Row | undefined): { affectedRows: number } {
    let affectedRows = 0
    for (const [index, row] of this.rows.entries()) {
      const changed = keys?.includes(row.k) ? change(row) : undefined
      if (changed === undefined) continue
      this.rows[index] = changed
      affectedRows++
    }
    return { affectedRows }
  }
}

function begin(table = new MemoryTable()) {
  const connection = {
    connection: {},
    format,
    query: async ({ sql }: { sql: string }) => {
      await new Promise(setImmediate)
      const results = sql.split(';\n').map(statement => structuredClone(table.execute(statement)))
      return [results.length === 1 ? results[0] : results, []]
    },
  } as unknown as PoolConnection
  const transaction = new OpenTransaction(connection, { timeoutMs: 1_000, lockWaitSeconds: LOCK_WAIT_SECONDS })
  return { table, transaction }
}

const INSERT = 'INSERT INTO t (k, v) VALUES'
const insert = (participant: TransactionParticipant, k: string, v: string) => participant.queueInsert(INSERT, [k, v])
const set = (participant: TransactionParticipant, k: string, v: string) =>
  participant.queueUpdateEach('t', { v }, { key: { k } })
/** As the stores do: others' rows are left out. */
const lock = async (participant: TransactionParticipant, key: string): Promise<Row[]> => {
  const rows = (await participant.queryByKey('SELECT * FROM t', 'k', key, ' FOR UPDATE')) as unknown as Row[]
  return rows.filter(({ k }) => k === key)
}

const closeOne = (participant: TransactionParticipant, k: string, v = 'closed') =>
  participant.updateEachMatched('t', { v }, { key: { k }, and: "v = 'open'" })
const fulfilled = (value: boolean) => ({ status: 'fulfilled', value })

const NASTY = ["it's", 'a;\nb', ';', "'); DROP TABLE t; --", '\\', "\\'", '?', '(?), (?)', '', 'NULL', '한 "글"', ' x ']

describe('merged statements', () => {
  test('give each asker its own: missing keys, the same key twice, other orders', async () => {
    const { transaction } = begin()
    const planting = transaction.addParticipant()
    for (const k of ['c', 'a', 'b']) insert(planting, k, `of ${k}`)
    await lock(planting, 'a')
    const asked = ['b', 'none', 'c', 'a', 'b', 'none'].map(key => lock(transaction.addParticipant(), key))
    const own = transaction.addParticipant()
    const twice = Promise.all([lock(own, 'a'), lock(own, 'a'), lock(own, 'b')])

    const values = (found: Row[][]) => found.map(rows => rows.map(({ v }) => v))
    expect(values(await Promise.all(asked))).toEqual([['of b'], [], ['of c'], ['of a'], ['of b'], []])
    expect(values(await twice)).toEqual([['of a'], ['of a'], ['of b']])
  })

  test('are one statement, whatever is in the values', async () => {
    const { transaction, table } = begin()
    for (const [index, text] of NASTY.entries()) insert(transaction.addParticipant(), `${index} ${text}`, text)
    for (const [index, text] of NASTY.entries())
      set(transaction.addParticipant(), `${index} ${text}`, "all; \n the 'same'")
    const asked = NASTY.map((text, index) => lock(transaction.addParticipant(), `${index} ${text}`))

    const found = (await Promise.all(asked)).flat()
    expect(found.map(({ k }) => k)).toEqual(NASTY.map((text, index) => `${index} ${text}`))
    expect(new Set(found.map(({ v }) => v))).toEqual(new Set(["all; \n the 'same'"]))
    expect(table.statements.map(statement => statement.split(' ')[0])).toEqual(['START', 'INSERT', 'UPDATE', 'SELECT'])
  })

  test('are not those that only look alike', async () => {
    const { transaction, table } = begin()
    table.execute = statement => {
      table.statements.push(statement)
      return []
    }
    const say = (act: (participant: TransactionParticipant) => void) => act(transaction.addParticipant())
    for (const key of ['a', 'b']) say(participant => participant.queueUpdateEach('t', { v: 1 }, { key: { k: key } }))
    say(participant => participant.queueUpdateEach('t', { v: 1 }, { key: { other: 'a' } }))
    say(participant => participant.queueUpdateEach('t', { w: 1 }, { key: { k: 'a' } }))
    say(participant => participant.queueUpdateEach('t', { v: 1 }, { key: { k: 'a' }, and: 'v = 2' }))
    say(participant => participant.queueUpdateEach('u', { v: 1 }, { key: { k: 'a' } }))
    say(participant => participant.queueInsert('INSERT INTO t (k) VALUES', ['a']))
    say(participant => participant.queueInsert('INSERT INTO t (k, v) VALUES', ['a', null]))
    say(participant => participant.queueInsert('INSERT INTO t (k) VALUES', ['b']))
    const asked = [' FOR UPDATE', ''].flatMap(tail =>
      ['a', 'b'].map(key => transaction.addParticipant().queryByKey('SELECT * FROM t', 'k', key, tail)),
    )
    await Promise.all(asked)

    expect(table.statements).toEqual([
      'START TRANSACTION',
      "UPDATE t SET v = 1 WHERE (k = 'a' OR k = 'b')",
      "UPDATE t SET v = 1 WHERE (other = 'a')",
      "UPDATE t SET w = 1 WHERE (k = 'a')",
      "UPDATE t SET v = 1 WHERE (k = 'a') AND v = 2",
      "UPDATE u SET v = 1 WHERE (k = 'a')",
      "INSERT INTO t (k) VALUES ('a'), ('b')",
      "INSERT INTO t (k, v) VALUES ('a', NULL)",
      "SELECT * FROM t WHERE k IN ('a', 'b') FOR UPDATE",
      "SELECT * FROM t WHERE k IN ('a', 'b')",
    ])
  })

  test('keep the order in which one participant changes one row, whoever says the same before and after', async () => {
    const { transaction, table } = begin()
    const [mine, before, after] = [
      transaction.addParticipant(),
      transaction.addParticipant(),
      transaction.addParticipant(),
    ]
    insert(before, 'b', 'first')
    set(before, 'b', 'second')
    insert(mine, 'm', 'first')
    set(mine, 'm', 'second')
    set(mine, 'm', 'third')
    set(mine, 'm', 'second')
    insert(mine, 'm', 'young')
    set(after, 'a', 'third')
    insert(after, 'a', 'first')
    set(after, 'a', 'second')
    await transaction.commit()

    const valuesOf = (key: string) => table.rows.filter(({ k }) => k === key).map(({ v }) => v)
    expect({ b: valuesOf('b'), m: valuesOf('m'), a: valuesOf('a') }).toEqual({
      b: ['second'],
      m: ['second', 'young'],
      a: ['second'],
    })
  })

  test('that compare and set are one statement when all match, and nobody hears yes when one does not', async () => {
    const { transaction, table } = begin()
    const planting = transaction.addParticipant()
    for (const [k, v] of [
      ['a', 'open'],
      ['b', 'open'],
      ['c', 'closed'],
      ['d', 'open'],
      ['e', 'open'],
      ['f', 'open'],
    ] as const)
      insert(planting, k, v)
    await lock(planting, 'a')
    const close = (...keys: string[]) =>
      Promise.allSettled(keys.map(key => closeOne(transaction.addParticipant(), key)))

    expect(await close('a', 'b')).toEqual([fulfilled(true), fulfilled(true)])
    expect(table.statements.at(-1)).toBe("UPDATE t SET v = 'closed' WHERE (k = 'a' OR k = 'b') AND v = 'open'")
    expect(await close('c')).toEqual([fulfilled(false)])
    const each = [
      closeOne(transaction.addParticipant(), 'd', 'sold'),
      closeOne(transaction.addParticipant(), 'e', 'lost'),
    ]
    expect(await Promise.all(each)).toEqual([true, true])
    expect(table.statements.at(-1)).toBe(
      "UPDATE t SET v = CASE WHEN k = 'd' THEN 'sold' WHEN k = 'e' THEN 'lost' END WHERE (k = 'd' OR k = 'e') AND v = 'open'",
    )
    const missed = { status: 'rejected', reason: expect.any(SharedUpdateMissed) }
    expect(await close('c', 'f')).toEqual([missed, missed])
    expect(await close('none', 'none too')).toEqual([missed, missed])
  })

  test('that the server refuses reject every asker of the round trip, and end the transaction for all', async () => {
    const { transaction, table } = begin()
    const refusal = new Error('lock wait')
    table.refuses = statement => (statement.includes("'p2'") ? refusal : undefined)
    const participants = Array.from({ length: 5 }, () => transaction.addParticipant())
    insert(participants[4]!, 'other', 'row')
    const asked = participants.map((participant, index) =>
      lock(participant, `p${index}`).catch((error: unknown) => error),
    )
    const apart = participants[0]!.query('SELECT * FROM t WHERE k = ?', ['elsewhere']).catch((error: unknown) => error)

    expect(await Promise.all([...asked, apart])).toEqual(Array.from({ length: 6 }, () => refusal))
    for (const participant of [...participants, transaction.addParticipant()]) {
      expect(() => insert(participant, 'late', 'row')).toThrow('this transaction is over')
      expect(() => set(participant, 'late', 'row')).toThrow('this transaction is over')
      await expect(lock(participant, 'late')).rejects.toThrow('this transaction is over')
      await expect(participant.query('SELECT * FROM t WHERE k = ?', ['late'])).rejects.toThrow(
        'this transaction is over',
      )
    }
    await expect(transaction.commit()).rejects.toThrow('this transaction is over')
    expect(table.statements).not.toContain('COMMIT')
    expect(table.statements).toHaveLength(3)
  })

  test('of somebody whom nobody waits for are refused at the next round trip, also to those who asked for something else', async () => {
    const { transaction, table } = begin()
    const refusal = new Error('duplicate')
    table.refuses = statement => (statement.startsWith('INSERT') ? refusal : undefined)
    insert(transaction.addParticipant(), 'a', 'twice')

    await expect(lock(transaction.addParticipant(), 'b')).rejects.toBe(refusal)
    await expect(transaction.commit()).rejects.toThrow('this transaction is over')
  })
})

/** One step of a participant, on one of its own keys. */
const step = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'set', 'set', 'set', 'add', 'lock', 'look', 'count', 'both', 'pause'),
  key: fc.nat(1),
  value: fc.constantFrom('same', 'other', ...NASTY),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** What a participant hears when it says these things. */
async function say(participant: TransactionParticipant, name: string, steps: readonly Step[]): Promise<unknown[]> {
  const heard: unknown[] = []
  for (const { kind, key, value } of steps) {
    const k = `${name}'s;\n${key}`
    const add = () => participant.query('UPDATE t SET n = n + 1 WHERE k = ?', [k])
    if (kind === 'insert') insert(participant, k, value)
    else if (kind === 'set') set(participant, k, value)
    else if (kind === 'add') participant.queue('UPDATE t SET n = n + 1 WHERE k = ?', [k])
    else if (kind === 'lock') heard.push(await lock(participant, k))
    else if (kind === 'look') heard.push(await participant.query('SELECT * FROM t WHERE k = ?', [k]))
    else if (kind === 'count') heard.push(await add())
    else if (kind === 'both') heard.push(await Promise.all([lock(participant, k), add(), lock(participant, k)]))
    else await new Promise(setImmediate)
  }
  return heard
}

describe(`random participants (seed ${SEED})`, () => {
  test('hear and leave what they would alone', async () => {
    const programs = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(programs, async participants => {
        const alone = await Promise.all(
          participants.map(async (steps, index) => {
            const { transaction, table } = begin()
            const heard = await say(transaction.addParticipant(), `s${index}`, steps)
            await transaction.commit()
            return { heard, rows: table.rows }
          }),
        )
        const { transaction, table } = begin()
        const together = await Promise.all(
          participants.map((steps, index) => say(transaction.addParticipant(), `s${index}`, steps)),
        )
        await transaction.commit()

        const rowsOf = (index: number) => table.rows.filter(({ k }) => k.startsWith(`s${index}'`))
        expect(together).toEqual(alone.map(({ heard }) => heard))
        for (const [index, { rows }] of alone.entries()) {
          const ofKey = (key: number) => (row: Row) => row.k.endsWith(String(key))
          for (const key of [0, 1]) expect(rowsOf(index).filter(ofKey(key))).toEqual(rows.filter(ofKey(key)))
        }
      }),
      seeded(300),
    )
  })
})
