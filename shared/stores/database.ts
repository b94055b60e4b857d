/** The connection pool, and transactions on it: each by itself, or several works in one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createPool, type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise'
import { DependencyUnavailableError, type SeparateTransactions, type Transaction } from '../payments/ports.ts'
import { FullDisk } from './full-disk.ts'
import { isAway, isBroken, isDeadlock, isLost, LostBeforeCommit, NoConnection, translate } from './mysql-errors.ts'
import { LOCK_WAIT_SECONDS, OpenTransaction, type RowOf, TransactionParticipant } from './open-transaction.ts'
import { type ServerTrouble, sentenceOf, troubleOf } from './server-troubles.ts'
import type { GroupRunner, Work } from './transaction-groups.ts'

export interface DatabaseOptions {
  url: string
  connectionsMax: number
  /** Called for every error that an operator has to know. */
  onTrouble?: (trouble: ServerTrouble) => void
  /** Called when a connection opens or ends: the next one may reach another server or another database. */
  onConnectionChange?: () => void
}

/** A value that a statement may carry; times are written as Date and read back as Date. */
export type SqlValue = string | number | boolean | Date | Buffer | null | readonly (string | number)[]

/** Runs one statement and answers its rows, if it has any. */
// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
export type QueryRows = (sql: string, values: unknown[]) => Promise<Record<string, any>[]>

const CONNECT_TIMEOUT_MS = 2_000
/** Longer than a lock may be waited for. */
const QUERY_TIMEOUT_MS = 4_000
const WAITING_MAX = 500
/** A network drops idle connections silently (AWS after 350 s). The next statement on one would wait for its time-out. */
const IDLE_TIMEOUT_MS = 60_000
const TRIES_MAX = 3
/** Set on every connection: a server's own defaults may differ. */
const SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`,
].join(';')

export class Database implements SeparateTransactions, GroupRunner {
  readonly areSeparate = true
  readonly #options: DatabaseOptions
  #pool: Pool | undefined
  readonly #fullDisk = new FullDisk()
  /** Connections whose session is set. */
  readonly #prepared = new WeakSet<object>()
  #isClosed = false

  /** Opens nothing until the first statement. */
  constructor(options: DatabaseOptions) {
    this.#options = options
  }

  run<T>(_subject: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.runAlone(work)
  }

  async runAlone<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#runOnce(work)
      } catch (error) {
        // A connection that was closed while idle shows this only at its first use. Nothing was committed.
        if (error instanceof LostBeforeCommit && tries === 1) continue
        if (!isDeadlock(error)) throw translate(error)
        if (tries === TRIES_MAX) throw new DependencyUnavailableError('the database is too busy', { cause: error })
        await sleep(tries * 10)
      }
    }
  }

  runTogether(works: readonly Work[]): Promise<unknown[]> {
    return this.#inTransaction(0, async transaction => {
      const ends = await Promise.allSettled(works.map(async work => work(transaction.addParticipant())))
      const errors = ends.flatMap(end => (end.status === 'rejected' ? [end.reason] : []))
      if (errors.length > 0) throw errors.find(error => error instanceof Error && isAway(error)) ?? errors[0]
      return ends.map(end => (end as PromiseFulfilledResult<unknown>).value)
    })
  }

  /** Rows of a SELECT, in a transaction or outside any. */
  async select<R>(sql: string, values: readonly SqlValue[], tx?: Transaction): Promise<R[]> {
    if (tx !== undefined) return (await participantOf(tx).query(sql, values)) as R[]
    try {
      return await this.#read<R>(sql, values)
    } catch (error) {
      if (!(error instanceof DependencyUnavailableError && isLost(error.cause))) throw error
      return this.#read<R>(sql, values)
    }
  }

  /** Rows matched by an INSERT or UPDATE. */
  async write(sql: string, values: readonly unknown[], tx?: Transaction): Promise<number> {
    if (tx === undefined) return this.runAlone(own => this.write(sql, values, own))
    const { affectedRows } = (await participantOf(tx).query(sql, values)) as ResultSetHeader
    return affectedRows
  }

  /** An UPDATE whose count is not needed. It has no round trip of its own; its error comes with a later statement or the commit. */
  writeLater(sql: string, values: readonly unknown[], tx: Transaction): void {
    participantOf(tx).queue(sql, values)
  }

  /** As `writeLater`, for one row of `INSERT INTO … VALUES`; those of a group become one statement. */
  insertLater(insert: string, row: readonly SqlValue[], tx: Transaction): void {
    participantOf(tx).queueInsert(insert, row)
  }

  /** As `writeLater`, for one row; those of a group that set the same columns under the same condition become one statement, whatever they set. */
  updateEachLater(table: string, set: Readonly<Record<string, SqlValue>>, row: RowOf, tx: Transaction): void {
    participantOf(tx).queueUpdateEach(table, set, row)
  }

  /** Locks the row whose `keyColumn` is `key`. May return rows that others of the group lock, too. */
  async selectLocked<R>(select: string, keyColumn: string, key: string, tx: Transaction): Promise<R[]> {
    return this.selectByKey(select, keyColumn, key, ' FOR UPDATE', tx)
  }

  /** As `selectLocked`, with another end of the statement. */
  async selectByKey<R>(select: string, keyColumn: string, key: string, tail: string, tx: Transaction): Promise<R[]> {
    return (await participantOf(tx).queryByKey(select, keyColumn, key, tail)) as R[]
  }

  /**
   * Whether the row matched. Updates of a group that set the same columns under the same condition are one statement, whatever they set;
   * when it does not match all of their rows, the group is rolled back and each runs alone.
   */
  updateMatched(table: string, set: Readonly<Record<string, SqlValue>>, row: RowOf, tx: Transaction): Promise<boolean> {
    return participantOf(tx).updateEachMatched(table, set, row)
  }

  /**
   * Runs `work` with the statements of one connection, for a transaction that `work` begins by itself and that only reads: it is
   * rolled back. BIGINT comes as a number, DATETIME as a Date in UTC. Throws DependencyUnavailableError, or what `work` threw.
   */
  async onOneConnection<T>(work: (query: QueryRows) => Promise<T>): Promise<T> {
    try {
      return await this.#onConnection(await this.#connection(), work)
    } catch (error) {
      this.#report(error)
      throw translate(error)
    }
  }

  async #onConnection<T>(connection: PoolConnection, work: (query: QueryRows) => Promise<T>): Promise<T> {
    let reusable = false
    try {
      const result = await work(async (sql, values) => {
        const [rows] = await connection.query<RowDataPacket[]>({ sql, values, timeout: QUERY_TIMEOUT_MS })
        return rows
      })
      reusable = await rolledBack(connection)
      return result
    } finally {
      if (reusable) connection.release()
      else connection.destroy()
    }
  }

  /** How many connections are open now, and how many works wait for one. Asks nobody. */
  get use(): { used: number; idle: number; max: number; waiting: number } {
    const max = this.#options.connectionsMax
    if (this.#pool === undefined) return { used: 0, idle: 0, max, waiting: 0 }
    const { _allConnections: all, _freeConnections: free, _connectionQueue: queue } = queuesOf(this.#pool)
    return { used: all.length - free.length, idle: free.length, max, waiting: queue.length }
  }

  /** For good. Open transactions are rolled back. Later calls throw DependencyUnavailableError. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#pool?.end()
  }

  /** Outside any transaction; locks nothing and waits for no lock. */
  async #read<R>(sql: string, values: readonly unknown[]): Promise<R[]> {
    try {
      // Not the pool's own `query`: it never gives back a connection whose statement has timed out.
      const connection = await this.#connection()
      return (await readOn(connection, sql, values, this.#fullDisk.timeoutMs(QUERY_TIMEOUT_MS))) as R[]
    } catch (error) {
      this.#report(error)
      throw translate(error)
    }
  }

  #runOnce<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#inTransaction(LOCK_WAIT_SECONDS, transaction => work(transaction.addParticipant()))
  }

  #inTransaction<T>(lockWaitSeconds: number, work: (transaction: OpenTransaction) => Promise<T>): Promise<T> {
    return this.#fullDisk.guard(() => this.#transact(lockWaitSeconds, work))
  }

  async #transact<T>(lockWaitSeconds: number, work: (transaction: OpenTransaction) => Promise<T>): Promise<T> {
    const connection = await this.#connection()
    const timeoutMs = this.#fullDisk.timeoutMs(QUERY_TIMEOUT_MS)
    const transaction = new OpenTransaction(connection, { timeoutMs, lockWaitSeconds })
    let reusable = false
    try {
      const result = await work(transaction)
      await transaction.commit()
      reusable = true
      return result
    } catch (error) {
      // Queued statements must not be sent after the rollback.
      transaction.end()
      this.#report(error)
      // A broken connection is thrown away, and the server rolls back what was open on it.
      reusable =
        !(error instanceof Error && isBroken(error)) && (!transaction.isBegun || (await rolledBack(connection)))
      throw isLost(error) && !transaction.isCommitting
        ? new LostBeforeCommit('the database is away', { cause: error })
        : error
    } finally {
      transaction.end()
      if (reusable) connection.release()
      else connection.destroy()
    }
  }

  /** A connection of the pool, with our session settings. */
  async #connection(): Promise<PoolConnection> {
    const connection = await this.#connected()
    if (this.#prepared.has(connection.connection)) return connection
    try {
      await connection.query({ sql: SESSION, timeout: CONNECT_TIMEOUT_MS })
    } catch (error) {
      connection.destroy()
      this.#report(error)
      throw isLost(error) ? new LostBeforeCommit('the database is away', { cause: error }) : error
    }
    this.#prepared.add(connection.connection)
    return connection
  }

  /** An error at login is never our statement's fault. */
  async #connected(): Promise<PoolConnection> {
    const pool = this.#open()
    try {
      return await pool.getConnection()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#report(error)
      const { errno = 0 } = error as { errno?: number }
      const unknown = errno > 0 ? `MariaDB refuses the login (${errno})` : 'the database is away'
      throw new NoConnection(sentenceOf(error) ?? unknown, { cause: error })
    }
  }

  #report(error: unknown): void {
    const trouble = error instanceof Error ? troubleOf(error) : undefined
    if (trouble === undefined) return
    if (trouble.kind === 'disk_full') this.#fullDisk.saw()
    this.#options.onTrouble?.(trouble)
  }

  #open(): Pool {
    if (this.#isClosed) throw new DependencyUnavailableError('this end has closed the database')
    this.#pool ??= this.#watched(this.#createPool())
    return this.#pool
  }

  #watched(pool: Pool): Pool {
    const notify = () => this.#options.onConnectionChange?.()
    pool.on('connection', connection => {
      notify()
      for (const event of ['end', 'error']) connection.once(event, notify)
    })
    return pool
  }

  #createPool(): Pool {
    return createPool({
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
  }
}

interface PoolQueues {
  _allConnections: { length: number }
  _freeConnections: { length: number }
  _connectionQueue: { length: number }
}

/** The driver has no other way to say it; test/integration/metrics.test.ts notices when it changes. */
const queuesOf = (pool: Pool): PoolQueues => (pool as unknown as { pool: PoolQueues }).pool

function participantOf(tx: Transaction): TransactionParticipant {
  if (tx instanceof TransactionParticipant) return tx
  throw new Error('not a transaction of this database')
}

async function readOn(
  connection: PoolConnection,
  sql: string,
  values: readonly unknown[],
  timeoutMs: number,
): Promise<RowDataPacket[]> {
  try {
    const statement = { sql, values: values as unknown[], timeout: timeoutMs }
    const [rows] = await connection.query<RowDataPacket[]>(statement)
    connection.release()
    return rows
  } catch (error) {
    if (error instanceof Error && isBroken(error)) connection.destroy()
    else connection.release()
    throw error
  }
}

/** False when the connection is broken and must not be used again. */
async function rolledBack(connection: PoolConnection): Promise<boolean> {
  try {
    await connection.query({ sql: 'ROLLBACK', timeout: CONNECT_TIMEOUT_MS })
    return true
  } catch {
    return false
  }
}
