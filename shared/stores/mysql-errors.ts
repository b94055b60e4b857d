/** What an error of the driver means: busy, away, refused, or a bug. */
import { DependencyUnavailableError, DuplicateKeyError, RowRefusedError } from '../payments/ports.ts'
import { isTrouble, sentenceOf, troubleOf } from './server-troubles.ts'

/** The transaction had no effect, and will have none. */
export class LostBeforeCommit extends DependencyUnavailableError {}

/** No connection could be opened, so no statement was sent. */
export class NoConnection extends DependencyUnavailableError {}

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

/** MariaDB's; the driver has no name for it. */
const CONNECTION_KILLED_ERRNO = 1927

/** The connection has ended; whether the server ever saw the statement is not known. */
export const isLost = (error: unknown): boolean =>
  isMySqlError(error) &&
  (lost.has(error.code ?? '') ||
    error.errno === CONNECTION_KILLED_ERRNO ||
    /^Can't add new command/.test(error.message))

/** SQLSTATE classes: the data does not fit (22), and a constraint forbids it (23). */
const REFUSAL_STATES = /^2[23]/

/** The same in MySQL, which files them under the general state HY000. */
const refusals = new Set(['ER_CHECK_CONSTRAINT_VIOLATED', 'ER_TRUNCATED_WRONG_VALUE_FOR_FIELD'])

export function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DependencyUnavailableError) return error
  const { code = '', sqlState = '', message } = error as MySqlError
  if (code === 'ER_DUP_ENTRY') return new DuplicateKeyError(message, { cause: error })
  // These errors are about the statement's values, so trying again will not help. Every other server error may pass.
  if (REFUSAL_STATES.test(sqlState) || refusals.has(code)) return new RowRefusedError(message, { cause: error })
  if (isDeadlock(error)) return new DependencyUnavailableError('the database is too busy', { cause: error })
  if (isAway(error))
    return new DependencyUnavailableError(sentenceOf(error) ?? 'the database is away', { cause: error })
  return error
}

/** The server cannot be reached or does not serve us. The statement may be right. */
export function isAway(error: MySqlError): boolean {
  return error instanceof NoConnection || isTrouble(error) || isBroken(error)
}

/** The connection must not be used again: it has ended, or it still has grants and limits that may have changed since. */
export function isBroken(error: MySqlError): boolean {
  return (
    error.errno === CONNECTION_KILLED_ERRNO ||
    troubleOf(error)?.kind === 'database_refuses' ||
    /^(Pool is closed|Queue limit reached|No connections available|Can't add new command when connection is in closed state)/.test(
      error.message,
    ) ||
    /^(E[A-Z]+|(PROTOCOL|HANDSHAKE|AUTH)_[A-Z_]+)$/.test(error.code ?? '')
  )
}
