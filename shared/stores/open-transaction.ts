/**
 * One transaction on one connection. What costs is the round trip, and after it the statement. So statements wait for company:
 * those whose result nobody asks for travel with the next one that is asked for, or with the commit; and those of one shape that
 * different speakers say become one statement.
 */
import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import type { Transaction } from '../payments/ports.ts'

export type StatementResult = RowDataPacket[] | ResultSetHeader

export interface TransactionOptions {
  /** For each round trip. */
  timeoutMs: number
  /** How long a statement may wait for a lock; 0: it fails at once. */
  lockWaitSeconds: number
}

/** A statement with a list in it: rows for INSERT … VALUES, keys for … IN (…). `head` and `tail` have no placeholders left. */
export interface ListStatement {
  head: string
  item: string
  tail: string
}

interface Listener {
  resolve(result: StatementResult): void
  reject(error: unknown): void
}

interface Waiting {
  head: string
  /** Undefined: this statement is for one speaker only. */
  items: string[] | undefined
  tail: string
  listeners: Listener[]
}

const nobody: Listener = { resolve: () => undefined, reject: () => undefined }

/** Seconds that a connection waits for locks, where its server has confirmed others than those that it begins with. */
const lockWaits = new WeakMap<object, number>()

/** MySQL takes no less than a second. */
const NO_WAIT = "IF(VERSION() LIKE '%MariaDB%', 0, 1)"

/** What every connection begins with, for a transaction of its own. */
export const LOCK_WAIT_SECONDS = 2

export class OpenTransaction {
  readonly #options: TransactionOptions
  readonly #speakers: Speaker[] = []
  #connection: PoolConnection | undefined
  #waiting: Waiting[] = []
  #isBegun = false
  #isCommitting = false
  #isSendingSoon = false
  #sending: Promise<void> = Promise.resolve()

  /** Begins with the first statement. */
  constructor(connection: PoolConnection, options: TransactionOptions) {
    this.#connection = connection
    this.#options = options
  }

  /** Whether the server may hold something open for us. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /** From here on only the server knows whether it happened. */
  get isCommitting(): boolean {
    return this.#isCommitting
  }

  /** Somebody who takes part. What one speaker says keeps its order; what different speakers say does not. */
  speaker(): Speaker {
    const speaker = new Speaker(this)
    this.#speakers.push(speaker)
    return speaker
  }

  /** Nothing to do when nothing was said. */
  async commit(): Promise<void> {
    if (this.#waiting.length === 0 && !this.#isBegun) return
    this.#isCommitting = true
    await new Promise((resolve, reject) => {
      this.#waiting.push({ head: 'COMMIT', items: undefined, tail: '', listeners: [{ resolve, reject }] })
      void this.#send()
    })
  }

  /** After this every use is an error. */
  end(): void {
    this.#connection = undefined
  }

  format(sql: string, values: readonly unknown[]): string {
    return this.#alive().format(sql, values as unknown[])
  }

  /** Takes a statement no earlier than at `from`, and returns its place: with one of its shape, or at the end. */
  place(from: number, { head, item, tail }: ListStatement, listener: Listener): number {
    this.#alive()
    const place = this.#waiting.findIndex(
      (other, index) => index >= from && other.items !== undefined && other.head === head && other.tail === tail,
    )
    if (place === -1) return this.#waiting.push({ head, items: [item], tail, listeners: [listener] }) - 1
    this.#waiting[place]!.items!.push(item)
    this.#waiting[place]!.listeners.push(listener)
    return place
  }

  placeAlone(head: string, listener: Listener): number {
    this.#alive()
    return this.#waiting.push({ head, items: undefined, tail: '', listeners: [listener] }) - 1
  }

  /** When everybody who can go on without an answer has said what they have to say. */
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

  /** One after the other: what is said after a refusal must not be on its way already when the server has rolled back. */
  #send(): Promise<void> {
    this.#sending = this.#sending.then(() => this.#sendNow())
    return this.#sending
  }

  async #sendNow(): Promise<void> {
    const batch = this.#waiting.splice(0)
    if (batch.length === 0) return
    for (const speaker of this.#speakers) speaker.sent()
    try {
      const connection = this.#alive()
      const begin = this.#isBegun ? [] : [...this.#lockWaitOf(connection), 'START TRANSACTION']
      this.#isBegun = true
      const statements = [...begin, ...batch.map(textOf)]
      const [results] = await connection.query({ sql: statements.join(';\n'), timeout: this.#options.timeoutMs })
      lockWaits.set(connection.connection, this.#options.lockWaitSeconds)
      // One statement's result comes bare.
      const each = (statements.length === 1 ? [results] : results) as StatementResult[]
      for (const [index, { listeners }] of batch.entries())
        for (const listener of listeners) listener.resolve(each[begin.length + index]!)
    } catch (error) {
      // The server stopped at the statement that failed. Whoever goes on all the same must not write outside a transaction.
      this.end()
      for (const { listeners } of batch) for (const listener of listeners) listener.reject(error)
    }
  }

  #lockWaitOf({ connection }: PoolConnection): string[] {
    const { lockWaitSeconds } = this.#options
    if ((lockWaits.get(connection) ?? LOCK_WAIT_SECONDS) === lockWaitSeconds) return []
    // Until the server has answered nobody knows.
    lockWaits.set(connection, Number.NaN)
    return [`SET SESSION innodb_lock_wait_timeout = ${lockWaitSeconds === 0 ? NO_WAIT : lockWaitSeconds}`]
  }
}

const textOf = ({ head, items, tail }: Waiting): string => (items === undefined ? head : head + items.join(', ') + tail)

/** One of those who share a transaction, or the only one. */
export class Speaker implements Transaction {
  readonly kind = 'transaction'
  readonly #transaction: OpenTransaction
  /** Where it spoke last: nothing that it says from now on may come before. */
  #from = 0

  constructor(transaction: OpenTransaction) {
    this.#transaction = transaction
  }

  /** Its error is that of the next `ask` or of the commit. */
  tell(sql: string, values: readonly unknown[]): void {
    this.#say(sql, values, nobody)
  }

  /** Statements that are asked for before anybody waits for the server travel together. */
  ask(sql: string, values: readonly unknown[]): Promise<StatementResult> {
    return this.#answered(listener => this.#say(sql, values, listener))
  }

  /** As `tell`, with a row for `INSERT INTO … VALUES`: rows that others insert in the same words become one statement. */
  tellRow(insert: string, row: readonly unknown[]): void {
    this.#sayInList({ head: `${insert} `, item: this.#transaction.format('(?)', [row]), tail: '' }, nobody)
  }

  /** As `tell`, for the row of `key`: an update with the very same values that others make becomes one statement. */
  tellForKey(update: string, values: readonly unknown[], keyColumn: string, key: string): void {
    this.#sayInList(this.#forKey(update, values, keyColumn, key, ''), nobody)
  }

  /** As `ask`; the answer holds the rows of everybody who asked in the same words, in any order. */
  askForKey(select: string, keyColumn: string, key: string, tail: string): Promise<StatementResult> {
    return this.#answered(listener => this.#sayInList(this.#forKey(select, [], keyColumn, key, tail), listener))
  }

  /** What it said is on its way. */
  sent(): void {
    this.#from = 0
  }

  #forKey(sql: string, values: readonly unknown[], keyColumn: string, key: string, tail: string): ListStatement {
    const head = `${this.#transaction.format(sql, values)} WHERE ${keyColumn} IN (`
    return { head, item: this.#transaction.format('?', [key]), tail: `)${tail}` }
  }

  #answered(say: (listener: Listener) => void): Promise<StatementResult> {
    return new Promise((resolve, reject) => {
      say({ resolve, reject })
      this.#transaction.sendSoon()
    })
  }

  #say(sql: string, values: readonly unknown[], listener: Listener): void {
    this.#from = this.#transaction.placeAlone(this.#transaction.format(sql, values), listener)
  }

  #sayInList(statement: ListStatement, listener: Listener): void {
    this.#from = this.#transaction.place(this.#from, statement, listener)
  }
}
