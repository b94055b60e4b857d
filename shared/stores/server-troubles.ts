/**
 * Errors of a database that answers but cannot serve now, or refuses our login. The statement is right, so the caller is told to
 * repeat (503), and an operator is told what to change. An error that is in none of these tables is a bug of ours: a 500.
 */

export interface ServerTrouble {
  kind: 'database_refuses' | 'disk_full'
  /** For operators; carries no login, no address, no value. */
  message: string
}

type Sentences = Record<number, string>

/** Somebody has to change something at the server, at its users, or at our login. */
const refused: Sentences = {
  5: 'it is out of memory',
  23: 'it is out of file descriptors: raise open_files_limit',
  24: 'it is out of file descriptors: raise open_files_limit',
  1016: "it cannot open a table's file: see its log",
  1030: 'its storage engine failed: see its log',
  1037: 'it is out of memory',
  1038: 'it is out of memory for sorting: raise sort_buffer_size',
  1040: 'all of max_connections are taken: raise it, or lower DATABASE_CONNECTIONS',
  1041: 'it is out of memory',
  1044: 'this user may not use this database: grant it',
  1045: 'user or password is wrong',
  1049: 'there is no such database: is it being restored, or is the name in DATABASE_URL wrong?',
  1129: 'it has blocked this host after too many failed connections: FLUSH HOSTS',
  1130: 'it takes no connection from this host',
  1135: "it cannot make a thread for the connection: it is out of memory, or the system's limit is reached",
  1142: 'this user may not do this to a table: grant it',
  1143: 'this user may not do this to a column: grant it',
  // Between a dump's DROP and CREATE, and before the first migration.
  1146: 'a table is missing: is it being restored, or were the migrations not run?',
  1203: "all of this user's max_user_connections are taken: raise it, or lower DATABASE_CONNECTIONS",
  1206: 'its locks do not fit into the buffer pool: raise innodb_buffer_pool_size',
  1226: 'a limit of this user is used up (queries, updates or connections an hour, or connections): raise it with ALTER USER',
  1227: 'this user lacks a privilege: grant it',
  1251: 'it wants a kind of login that the driver does not know',
  1290: 'it runs with an option that forbids writing, such as --read-only',
  1524: "the plugin for this user's login is not loaded",
  1698: 'user or password is wrong',
  1792: 'its sessions are read-only',
  1820: 'the password of this user has expired',
  1836: 'it is in read-only mode',
  1862: 'the password of this user has expired',
  1932: "a table's file is missing: is it being restored?",
  3118: 'this user is locked',
  3159: 'it wants TLS',
  3955: 'this user is locked',
  4151: 'this user is locked',
}

/**
 * Errors that pass by themselves: with the next statement, a new connection, or the server's restart.
 * Lock errors are not here: their transaction runs again.
 */
const passing: Sentences = {
  1028: 'a sort was ended',
  1053: 'it is shutting down',
  1077: 'it is shutting down',
  1079: 'it is shutting down',
  1080: 'it closed the connection',
  1152: 'it closed the connection',
  1158: 'it lost the connection',
  1159: 'it lost the connection',
  1160: 'it lost the connection',
  1161: 'it lost the connection',
  // Whether it was committed is not known.
  1180: 'the commit failed',
  1184: 'it closed the connection',
  1317: 'the statement was interrupted',
  1927: 'the connection was killed',
  1969: 'the statement took longer than max_statement_time',
  3024: 'the statement took longer than max_execution_time',
  4031: 'it closed an idle connection',
}

/** Always about room: 1114 is a tablespace that cannot grow. */
const full = new Set([20, 1021, 1114])
/** About room when the system's error 28 (ENOSPC) or 122 (EDQUOT) is their cause. Their texts quote no value of a caller's. */
const fullIfNoSpace = new Set([1, 3, 1004, 1005, 1016, 1023, 1026, 1030, 1180])
const NO_SPACE = /\b(error|errcode|errno):? "?(28|122)\b|No space left on device|Disk (is )?full/i
const failedWrites = new Set([3, 1023, 1026])

interface ServerError {
  errno?: number
  message: string
}

/** Whether the error is in one of the tables. */
export const isTrouble = (error: ServerError): boolean => sentenceOf(error) !== undefined

/** What an operator has to know; undefined for what passes by itself and for everything else. */
export function troubleOf(error: ServerError): ServerTrouble | undefined {
  const sentence = sentenceOf(error)
  if (sentence === undefined) return undefined
  if (isFull(error)) return { kind: 'disk_full', message: sentence }
  return passing[error.errno ?? 0] === undefined ? { kind: 'database_refuses', message: sentence } : undefined
}

/** "MariaDB: …" with the number under which its manual has more. */
export function sentenceOf(error: ServerError): string | undefined {
  const errno = error.errno ?? 0
  if (isFull(error)) return `MariaDB has no room to write: its disk is full (${errno})`
  const words =
    refused[errno] ?? passing[errno] ?? (failedWrites.has(errno) ? 'it cannot write a file: see its log' : '')
  return words === '' ? undefined : `MariaDB: ${words} (${errno})`
}

function isFull({ errno = 0, message }: ServerError): boolean {
  return full.has(errno) || (fullIfNoSpace.has(errno) && NO_SPACE.test(message))
}
