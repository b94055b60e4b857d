/** What an error of the driver means: busy, away, refused, or a bug. */
import { DependencyUnavailableError, DuplicateKeyError, RowRefusedError } from '../payments/ports.ts'

/** Nothing of the transaction has happened, and nothing will. */
export class LostBeforeCommit extends DependencyUnavailableError {}

interface MySqlError extends Error {
  code?: string
  errno?: number
  sqlState?: string
}

const isMySqlError = (error: unknown): error is MySqlError => error instanceof Error

/** A deadlock, a lock that took too long, and MySQL's own number for a lock that NOWAIT did not wait for (MariaDB says 1205). */
const lockErrnos = new Set([1213, 1205, 3572])

export const isDeadlock = (error: unknown): boolean => isMySqlError(error) && lockErrnos.has(error.errno ?? 0)

const lost = new Set(['PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ER_CONNECTION_KILLED'])

/** The connection has ended; whether the server ever saw the statement is not known. */
export const isLost = (error: unknown): boolean =>
  isMySqlError(error) && (lost.has(error.code ?? '') || /^Can't add new command/.test(error.message))

/** SQLSTATE classes: the data does not fit (22), and a constraint forbids it (23). */
const REFUSAL_STATES = /^2[23]/

/** The same in MySQL, which files them under the general state HY000. */
const refusals = new Set(['ER_CHECK_CONSTRAINT_VIOLATED', 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD'])
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

export function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code = '', sqlState = '', message } = error as MySqlError
  if (code === 'ER_DUP_ENTRY') return new DuplicateKeyError(message, { cause: error })
  // Says what the statement holds, so trying again will not help; every other error of a server may pass.
  if (REFUSAL_STATES.test(sqlState) || refusals.has(code)) return new RowRefusedError(message, { cause: error })
  if (isAway(error)) return new DependencyUnavailableError('the database is away', { cause: error })
  return error
}

export function isAway(error: MySqlError): boolean {
  if (
    /^(Pool is closed|Queue limit reached|No connections available|Can't add new command when connection is in closed state)/.test(
      error.message,
    )
  )
    return true
  if (error.code === undefined) return false
  return away.has(error.code) || /^(E[A-Z]+|PROTOCOL_[A-Z_]+)$/.test(error.code)
}
