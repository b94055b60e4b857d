/**
 * One transaction on one connection. What costs is the round trip, so statements wait for company: those whose result
 * nobody asks for travel with the next one that is asked for, or with the commit, in the order they were given.
 */
import type { PoolConnection, ResultSetHeader, RowDataPacket } from 'mysql2/promise'
import type { Transaction } from '../payments/ports.ts'

export type StatementResult = RowDataPacket[] | ResultSetHeader

interface Waiting {
  sql: string
  resolve(result: StatementResult): void
  reject(error: unknown): void
}

const nobodyAsks = () => undefined

export class OpenTransaction implements Transaction {
  readonly kind = 'transaction'
  readonly #timeoutMs: number
  #connection: PoolConnection | undefined
  #waiting: Waiting[] = []
  #isBegun = false
  #isCommitting = false

  /** Begins with the first statement. `timeoutMs` holds for each round trip. */
  constructor(connection: PoolConnection, timeoutMs: number) {
    this.#connection = connection
    this.#timeoutMs = timeoutMs
  }

  /** Whether the server may hold something open for us. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /** From here on only the server knows whether it happened. */
  get isCommitting(): boolean {
    return this.#isCommitting
  }

  /** Its error is that of the next `ask` or `commit`. */
  tell(sql: string, values: readonly unknown[]): void {
    this.#add(sql, values, nobodyAsks, nobodyAsks)
  }

  /** Statements that are asked for in one tick travel together. */
  ask(sql: string, values: readonly unknown[]): Promise<StatementResult> {
    return new Promise((resolve, reject) => {
      this.#add(sql, values, resolve, reject)
      queueMicrotask(() => void this.#send())
    })
  }

  /** Nothing to do when nothing was said. */
  async commit(): Promise<void> {
    if (this.#waiting.length === 0 && !this.#isBegun) return
    this.#isCommitting = true
    await this.ask('COMMIT', [])
  }

  /** After this every use is an error. */
  end(): void {
    this.#connection = undefined
  }

  #add(sql: string, values: readonly unknown[], resolve: Waiting['resolve'], reject: Waiting['reject']): void {
    this.#waiting.push({ sql: this.#alive().format(sql, values as unknown[]), resolve, reject })
  }

  #alive(): PoolConnection {
    if (this.#connection === undefined) throw new Error('this transaction is over')
    return this.#connection
  }

  async #send(): Promise<void> {
    const batch = this.#waiting.splice(0)
    if (batch.length === 0) return
    const begin = this.#isBegun ? [] : ['START TRANSACTION']
    this.#isBegun = true
    const statements = [...begin, ...batch.map(statement => statement.sql)]
    try {
      const [results] = await this.#alive().query({ sql: statements.join(';\n'), timeout: this.#timeoutMs })
      // One statement's result comes bare.
      const each = (statements.length === 1 ? [results] : results) as StatementResult[]
      for (const [index, statement] of batch.entries()) statement.resolve(each[begin.length + index]!)
    } catch (error) {
      // The server stopped at the statement that failed. Whoever goes on all the same must not write outside a transaction.
      this.end()
      for (const statement of batch) statement.reject(error)
    }
  }
}
