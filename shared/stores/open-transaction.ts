/**
 * One transaction on one connection that several participants can share. Statements are queued, because a round trip costs the most
 * and a statement the next most. A statement whose result is not needed is sent with the next query, or with the commit. Statements
 * of the same form from different participants are merged into one.
 */
import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import { reached } from '../contracts/crash-points.ts'
import type { Transaction } from '../payments/ports.ts'

export type StatementResult = RowDataPacket[] | ResultSetHeader

export interface TransactionOptions {
  /** For each round trip. */
  timeoutMs: number
  /** How long a statement may wait for a lock; 0: it fails at once. */
  lockWaitSeconds: number
}

/** A statement for one row, which others of the same form join. */
export interface ListStatement {
  /** Statements of the same form differ in their items alone. */
  form: string
  /** What it says of its row, already as text. */
  item: Item
  textOf(items: readonly Item[]): string
  /** Two items of one key cannot be in one statement. */
  isOneForEachKey?: boolean
}

/** The row of INSERT … VALUES, or a key with what is set for it: a value, or a condition on the columns of the key. */
type Item = readonly [key: string, ...values: string[]]

/** Of one row: columns and their new values. */
export type Assignments = Readonly<Record<string, unknown>>

/** A row by the columns of its key, and what else must be true of it. */
export interface RowOf {
  key: Readonly<Record<string, string>>
  /** A condition without values. */
  and?: string
}

interface Listener {
  /** `sharers`: how many asked for this statement. */
  resolve(result: StatementResult, sharers: number): void
  reject(error: unknown): void
}

interface QueuedStatement {
  /** The statement's text when it is never merged, else its form. */
  form: string
  /** Undefined: a statement that is never merged. */
  items: Item[] | undefined
  textOf(items: readonly Item[]): string
  listeners: Listener[]
}

const noListener: Listener = { resolve: () => undefined, reject: () => undefined }

/**
 * An update that several asked for did not match all of their rows, so that none knows whether its own did. Nothing may be kept of the
 * transaction; each finds out alone.
 */
export class SharedUpdateMissed extends Error {
  override name = 'SharedUpdateMissed'
}

/** The lock time-out that the server last confirmed for a connection, in seconds. Absent: LOCK_WAIT_SECONDS. */
const lockWaits = new WeakMap<object, number>()

/** MySQL accepts no time-out below one second. */
const NO_WAIT = "IF(VERSION() LIKE '%MariaDB%', 0, 1)"

/** Every connection begins with this lock time-out. */
export const LOCK_WAIT_SECONDS = 2

const COMMIT = 'COMMIT'

export class OpenTransaction {
  readonly #options: TransactionOptions
  readonly #participants: TransactionParticipant[] = []
  #connection: PoolConnection | undefined
  #queue: QueuedStatement[] = []
  #isBegun = false
  #isCommitting = false
  #isSendingSoon = false
  #sending: Promise<void> = Promise.resolve()

  /** Begins with the first statement. */
  constructor(connection: PoolConnection, options: TransactionOptions) {
    this.#connection = connection
    this.#options = options
  }

  /** Whether the transaction may be open on the server. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /** COMMIT was sent or is about to be. If the connection is lost now, the outcome is unknown. */
  get isCommitting(): boolean {
    return this.#isCommitting
  }

  /** The statements of one participant keep their order. Those of different participants need not. */
  addParticipant(): TransactionParticipant {
    const participant = new TransactionParticipant(this)
    this.#participants.push(participant)
    return participant
  }

  /** Sends nothing when the transaction has no statements. */
  async commit(): Promise<void> {
    if (this.#queue.length === 0 && !this.#isBegun) return
    this.#isCommitting = true
    await new Promise((resolve, reject) => {
      this.queueAlone(COMMIT, { resolve, reject })
      void this.#send()
    })
  }

  /** Every later use throws. */
  end(): void {
    this.#connection = undefined
  }

  format(sql: string, values: readonly unknown[]): string {
    return this.#alive().format(sql, values as unknown[])
  }

  /** Queues a statement, merged with one of the same form at position `from` or later. Returns its position in the queue. */
  queueMerged(from: number, { form, item, textOf, isOneForEachKey }: ListStatement, listener: Listener): number {
    this.#alive()
    const position = this.#queue.findIndex(
      ({ form: other, items }, index) =>
        index >= from &&
        items !== undefined &&
        other === form &&
        !(isOneForEachKey && items.some(([key]) => key === item[0])),
    )
    if (position === -1) return this.#queue.push({ form, items: [item], textOf, listeners: [listener] }) - 1
    this.#queue[position]!.items!.push(item)
    this.#queue[position]!.listeners.push(listener)
    return position
  }

  /** Queues a statement that is never merged. Returns its position in the queue. */
  queueAlone(text: string, listener: Listener): number {
    this.#alive()
    return this.#queue.push({ form: text, items: undefined, textOf: () => text, listeners: [listener] }) - 1
  }

  /** Sends after the work that is ready to run now, so that its statements are in the same round trip. */
  sendSoon(): void {
    if (this.#isSendingSoon) return
    this.#isSendingSoon = true
    setImmediate(() => {
      this.#isSendingSoon = false
      void this.#send()
    })
  }

  #alive(): PoolConnection {
    if (this.#connection === undefined) throw new Error('this transaction is over')
    return this.#connection
  }

  /** One round trip at a time. A statement sent before an error is known would run outside the transaction that was rolled back. */
  #send(): Promise<void> {
    this.#sending = this.#sending.then(() => this.#sendNow())
    return this.#sending
  }

  async #sendNow(): Promise<void> {
    const batch = this.#queue.splice(0)
    if (batch.length === 0) return
    for (const participant of this.#participants) participant.sent()
    try {
      const connection = this.#alive()
      const begin = this.#isBegun ? [] : [...this.#lockWaitOf(connection), 'START TRANSACTION']
      this.#isBegun = true
      const statements = [...begin, ...batch.map(({ items = [], textOf }) => textOf(items))]
      const isLast = statements.at(-1) === COMMIT
      if (isLast) reached('transactions:ready')
      const answer = connection.query({ sql: statements.join(';\n'), timeout: this.#options.timeoutMs })
      if (isLast) reached('database:committing')
      const [results] = await answer
      lockWaits.set(connection.connection, this.#options.lockWaitSeconds)
      // The driver returns one statement's result without a list around it.
      const each = (statements.length === 1 ? [results] : results) as StatementResult[]
      for (const [index, { listeners }] of batch.entries())
        for (const listener of listeners) listener.resolve(each[begin.length + index]!, listeners.length)
    } catch (error) {
      // The server stopped at the statement that failed. A participant that goes on must not write outside a transaction.
      this.end()
      for (const { listeners } of batch) for (const listener of listeners) listener.reject(error)
    }
  }

  #lockWaitOf({ connection }: PoolConnection): string[] {
    const { lockWaitSeconds } = this.#options
    if ((lockWaits.get(connection) ?? LOCK_WAIT_SECONDS) === lockWaitSeconds) return []
    // Unknown until the server has answered.
    lockWaits.set(connection, Number.NaN)
    return [`SET SESSION innodb_lock_wait_timeout = ${lockWaitSeconds === 0 ? NO_WAIT : lockWaitSeconds}`]
  }
}

const keysOf = (items: readonly Item[]): string => items.map(([key]) => key).join(', ')

/** `column = value`, or a value for each row when they differ. */
function assignmentOf(column: string, items: readonly Item[], at: number): string {
  const value = items[0]![at]!
  if (items.every(item => item[at] === value)) return `${column} = ${value}`
  return `${column} = CASE ${items.map(item => `WHEN ${item[0]} THEN ${item[at]}`).join(' ')} END`
}

/** What one work uses of a transaction, shared or not. */
export class TransactionParticipant implements Transaction {
  readonly kind = 'transaction'
  readonly #transaction: OpenTransaction
  /** Queue position of its last statement. Its next one may not come before. */
  #from = 0

  constructor(transaction: OpenTransaction) {
    this.#transaction = transaction
  }

  /** Queues a statement without waiting. Its error comes with a later query of the transaction, or with the commit. */
  queue(sql: string, values: readonly unknown[]): void {
    this.#add(sql, values, noListener)
  }

  /** Queries that begin at the same time share a round trip. */
  query(sql: string, values: readonly unknown[]): Promise<StatementResult> {
    return this.#resultOf(listener => this.#add(sql, values, listener))
  }

  /** As `queue`, for one row of `INSERT INTO … VALUES`. Rows with the same `insert` text become one statement. */
  queueInsert(insert: string, row: readonly unknown[]): void {
    const item = [this.#transaction.format('(?)', [row])] as const
    this.#addMerged({ form: insert, item, textOf: items => `${insert} ${keysOf(items)}` }, noListener)
  }

  /** As `queue`, for one row. Updates of the same columns under the same condition become one statement, whatever they set. */
  queueUpdateEach(table: string, set: Assignments, row: RowOf): void {
    this.#addMerged(this.#forEach(table, set, row), noListener)
  }

  /** As `query`, for the row of `key`. Queries with the same text are merged: the result holds the rows of all, in any order. */
  queryByKey(select: string, keyColumn: string, key: string, tail: string): Promise<StatementResult> {
    return this.#resultOf(listener => this.#addMerged(this.#forKey(select, keyColumn, key, tail), listener))
  }

  /**
   * Whether the row matched. Updates are merged as those of `queueUpdateEach`: all matched, or all of them reject with
   * SharedUpdateMissed.
   */
  updateEachMatched(table: string, set: Assignments, row: RowOf): Promise<boolean> {
    const statement = this.#forEach(table, set, row)
    return new Promise((resolve, reject) => {
      const counted = (result: StatementResult, sharers: number) => {
        const { affectedRows } = result as ResultSetHeader
        if (affectedRows === sharers) resolve(true)
        else if (sharers === 1) resolve(false)
        else reject(new SharedUpdateMissed(`${affectedRows} of ${sharers} rows matched`))
      }
      this.#addMerged(statement, { resolve: counted, reject })
      this.#transaction.sendSoon()
    })
  }

  /** The queue was sent and is empty again. */
  sent(): void {
    this.#from = 0
  }

  /** By AND and OR: the server finds no row by a list of one pair, `(a, b) IN ((1, 2))`, but reads the whole table. */
  #forEach(table: string, set: Assignments, { key, and }: RowOf): ListStatement {
    const columns = Object.keys(set)
    const formatted = (value: unknown) => this.#transaction.format('?', [value])
    const isRow = Object.entries(key).map(([column, value]) => `${column} = ${formatted(value)}`)
    const item = [isRow.join(' AND '), ...columns.map(column => formatted(set[column]))] as const
    const tail = and === undefined ? '' : ` AND ${and}`
    const textOf = (items: readonly Item[]) => {
      const assignments = columns.map((column, index) => assignmentOf(column, items, index + 1))
      const isOneOfThem = items.map(([isOne]) => isOne).join(' OR ')
      return `UPDATE ${table} SET ${assignments.join(', ')} WHERE (${isOneOfThem})${tail}`
    }
    const form = `UPDATE ${table} SET ${columns.join()} WHERE ${Object.keys(key).join()}${tail}`
    return { form, item, textOf, isOneForEachKey: true }
  }

  #forKey(select: string, keyColumn: string, key: string, tail: string): ListStatement {
    const head = `${select} WHERE ${keyColumn} IN (`
    const form = `${head})${tail}`
    const item = [this.#transaction.format('?', [key])] as const
    return { form, item, textOf: items => `${head}${keysOf(items)})${tail}` }
  }

  #resultOf(add: (listener: Listener) => void): Promise<StatementResult> {
    return new Promise((resolve, reject) => {
      add({ resolve, reject })
      this.#transaction.sendSoon()
    })
  }

  #add(sql: string, values: readonly unknown[], listener: Listener): void {
    this.#from = this.#transaction.queueAlone(this.#transaction.format(sql, values), listener)
  }

  #addMerged(statement: ListStatement, listener: Listener): void {
    this.#from = this.#transaction.queueMerged(this.#from, statement, listener)
  }
}
