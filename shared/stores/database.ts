/** The connection pool, transactions, and the translation of MySQL errors into the ports' errors. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createPool, type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'
import {
  DependencyUnavailableError,
  DuplicateKeyError,
  RowRefusedError,
  type Transaction,
  type Transactions,
} from '../payments/ports.ts'
import { OpenTransaction } from './open-transaction.ts'

export interface DatabaseOptions {
  url: string
  connectionsMax: number
}

/** A value that a statement may carry; times are written as Date and read back as Date. */
export type SqlValue = string | number | boolean | Date | Buffer | null | readonly (string | number)[]

const CONNECT_TIMEOUT_MS = 2_000
/** Longer than a lock may be waited for. */
const QUERY_TIMEOUT_MS = 4_000
const WAITING_MAX = 500
/** A network forgets quiet connections without a word (AWS after 350 s), and the next statement would wait for its time-out. */
const IDLE_TIMEOUT_MS = 60_000
const TRIES_MAX = 3
/** Said on every connection: a server's own defaults may differ. */
const SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 2",
].join(';')

export class Database implements Transactions {
  readonly #options: DatabaseOptions
  #pool: Pool | undefined

  /** Opens nothing until the first statement. */
  constructor(options: DatabaseOptions) {
    this.#options = options
  }

  async run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#runOnce(work)
      } catch (error) {
        // The server has undone what it held: a connection that was closed while it lay idle is found out by its first use.
        if (error instanceof LostBeforeCommit && tries === 1) continue
        if (!isDeadlock(error)) throw translate(error)
        if (tries === TRIES_MAX) throw new DependencyUnavailableError('the database is too busy', { cause: error })
        await sleep(tries * 10)
      }
    }
  }

  /** Rows of a SELECT, in a transaction or outside any. */
  async select<R>(sql: string, values: readonly SqlValue[], tx?: Transaction): Promise<R[]> {
    try {
      return (await this.#query<RowDataPacket[]>(sql, values, tx)) as R[]
    } catch (error) {
      if (tx !== undefined || !(error instanceof DependencyUnavailableError && isLost(error.cause))) throw error
      return (await this.#query<RowDataPacket[]>(sql, values)) as R[]
    }
  }

  /** Rows matched by an INSERT or UPDATE. */
  async write(sql: string, values: readonly unknown[], tx?: Transaction): Promise<number> {
    const { affectedRows } = await this.#query<ResultSetHeader>(sql, values, tx)
    return affectedRows
  }

  /** An INSERT or UPDATE whose count nobody needs: costs no round trip of its own; its error comes with a later statement or the commit. */
  writeLater(sql: string, values: readonly unknown[], tx: Transaction): void {
    openTransaction(tx).tell(sql, values)
  }

  async close(): Promise<void> {
    await this.#pool?.end()
    this.#pool = undefined
  }

  async #query<R extends RowDataPacket[] | ResultSetHeader>(
    sql: string,
    values: readonly unknown[],
    tx?: Transaction,
  ): Promise<R> {
    if (tx !== undefined) return (await openTransaction(tx).ask(sql, values)) as R
    try {
      const [result] = await this.#open().query<R>({ sql, values: values as unknown[], timeout: QUERY_TIMEOUT_MS })
      return result
    } catch (error) {
      throw isDeadlock(error)
        ? new DependencyUnavailableError('the database is too busy', { cause: error })
        : translate(error)
    }
  }

  async #runOnce<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const connection = await this.#open().getConnection()
    const tx = new OpenTransaction(connection, QUERY_TIMEOUT_MS)
    let reusable = false
    try {
      const result = await work(tx)
      await tx.commit()
      reusable = true
      return result
    } catch (error) {
      // A broken connection is thrown away, and the server rolls back what was open on it.
      reusable = !(error instanceof Error && isAway(error)) && (!tx.isBegun || (await rolledBack(connection)))
      throw isLost(error) && !tx.isCommitting ? new LostBeforeCommit('the database is away', { cause: error }) : error
    } finally {
      tx.end()
      if (reusable) connection.release()
      else connection.destroy()
    }
  }

  #open(): Pool {
    this.#pool ??= this.#createPool()
    return this.#pool
  }

  #createPool(): Pool {
    const pool = createPool({
      uri: this.#options.url,
      connectionLimit: this.#options.connectionsMax,
      // The driver closes idle connections only while fewer than all may be idle.
      maxIdle: Math.max(1, this.#options.connectionsMax - 1),
      idleTimeout: IDLE_TIMEOUT_MS,
      queueLimit: WAITING_MAX,
      connectTimeout: CONNECT_TIMEOUT_MS,
      timezone: 'Z',
      enableKeepAlive: true,
      // Several statements in one round trip. Every value is escaped by the driver; no statement is built from a caller's text.
      multipleStatements: true,
      // A stack for every statement costs 6 % of the API's CPU; `translate` makes errors with stacks of their own.
      trace: false,
    })
    // A connection runs its statements in order, so the session is set before the first one of ours.
    pool.pool.on('connection', connection => {
      connection.query(SESSION, error => error && connection.destroy())
    })
    return pool
  }
}

function openTransaction(tx: Transaction): OpenTransaction {
  if (tx instanceof OpenTransaction) return tx
  throw new Error('not a transaction of this database')
}

/** Nothing of the transaction has happened, and nothing will. */
class LostBeforeCommit extends DependencyUnavailableError {}

/** False when the connection is broken and must not be used again. */
async function rolledBack(connection: PoolConnection): Promise<boolean> {
  try {
    await connection.query({ sql: 'ROLLBACK', timeout: CONNECT_TIMEOUT_MS })
    return true
  } catch {
    return false
  }
}

interface MySqlError extends Error {
  code?: string
  errno?: number
}

const isMySqlError = (error: unknown): error is MySqlError => error instanceof Error

const isDeadlock = (error: unknown): boolean => isMySqlError(error) && (error.errno === 1213 || error.errno === 1205)

const lost = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ER_CONNECTION_KILLED'])

/** The connection has ended; whether the server ever saw the statement is not known. */
const isLost = (error: unknown): boolean =>
  isMySqlError(error) && (lost.has(error.code ?? '') || /^Can't add new command/.test(error.message))

/** Errors of a healthy server about this statement; every other one means that the server is not there for us. */
const refusals = new Set([
  'ER_DATA_TOO_LONG',
  'ER_WARN_DATA_OUT_OF_RANGE',
  'ER_CHECK_CONSTRAINT_VIOLATED',
  'ER_CONSTRAINT_FAILED',
  'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD',
])
const CONSTRAINT_FAILED_ERRNO = 4025
const away = new Set([
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_QUERY_INTERRUPTED',
  'ER_CONNECTION_KILLED',
  'ER_NORMAL_SHUTDOWN',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'ER_ERROR_ON_WRITE',
])

function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code, errno, message } = error as MySqlError
  if (code === 'ER_DUP_ENTRY') return new DuplicateKeyError(message, { cause: error })
  if (errno === CONSTRAINT_FAILED_ERRNO || (code !== undefined && refusals.has(code)))
    return new RowRefusedError(message, { cause: error })
  if (isAway(error)) return new DependencyUnavailableError('the database is away', { cause: error })
  return error
}

function isAway(error: MySqlError): boolean {
  if (
    /^(Pool is closed|Queue limit reached|No connections available|Can't add new command when connection is in closed state)/.test(
      error.message,
    )
  )
    return true
  if (error.code === undefined) return false
  return away.has(error.code) || /^(E[A-Z]+|PROTOCOL_[A-Z_]+)$/.test(error.code)
}
