/** What an error of the driver means: busy, away, refused, or a bug. */
import { DependencyUnavailableError, DuplicateKeyError, RowRefusedError } from '../payments/ports.ts'
import { isTrouble, sentenceOf, troubleOf } from './server-troubles.ts'

/** Nothing of the transaction has happened, and nothing will. */
export class LostBeforeCommit extends DependencyUnavailableError {}

/** There is no connection to be had: nothing was said to the server. */
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
  // Says what the statement holds, so trying again will not help; every other error of a server may pass.
  if (REFUSAL_STATES.test(sqlState) || refusals.has(code)) return new RowRefusedError(message, { cause: error })
  if (isDeadlock(error)) return new DependencyUnavailableError('the database is too busy', { cause: error })
  if (isAway(error))
    return new DependencyUnavailableError(sentenceOf(error) ?? 'the database is away', { cause: error })
  return error
}

/** The statement may be right: the server, or the way to it, is not there for us. */
export function isAway(error: MySqlError): boolean {
  return error instanceof NoConnection || isTrouble(error) || isBroken(error)
}

/** Nothing more is to be said on this connection: it has ended, or the server decided about it by grants and limits of before. */
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
