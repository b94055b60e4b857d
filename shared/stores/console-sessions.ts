/** The tables `console_link` and `console_session`. */
import type { OperatorRole } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { ConsoleLink, ConsoleSession, ConsoleSessions, Operator } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { dateOrNull } from './days.ts'

interface LinkRow {
  link_hash: string
  operator_id: string
  created_at: Date
  expires_at: Date
}

interface SessionRow {
  session_hash: string
  secret_hash: string
  operator_id: string
  created_at: Date
  used_at: Date
  expires_at: Date
  ended_at: Date | null
  name: string
  role: OperatorRole
  token_hash: string
  operator_created_at: Date
  disabled_at: Date | null
}

const LINK_COLUMNS = 'link_hash, operator_id, created_at, expires_at'
const SESSION_COLUMNS = 'session_hash, secret_hash, operator_id, created_at, used_at, expires_at, ended_at'
/** Each row that is added deletes more than one that is over. */
const PRUNED_ROWS = 100

const linkOf = (row: LinkRow): ConsoleLink => ({
  linkHash: row.link_hash,
  operatorId: row.operator_id,
  createdAtMs: row.created_at.getTime(),
  expiresAtMs: row.expires_at.getTime(),
})

const sessionOf = (row: SessionRow): ConsoleSession => ({
  sessionHash: row.session_hash,
  secretHash: row.secret_hash,
  operatorId: row.operator_id,
  createdAtMs: row.created_at.getTime(),
  usedAtMs: row.used_at.getTime(),
  expiresAtMs: row.expires_at.getTime(),
  endedAtMs: row.ended_at?.getTime() ?? null,
})

const operatorOf = (row: SessionRow): Operator => ({
  operatorId: row.operator_id,
  name: row.name,
  role: row.role,
  tokenHash: row.token_hash,
  createdAtMs: row.operator_created_at.getTime(),
  disabledAtMs: row.disabled_at?.getTime() ?? null,
})

export class ConsoleSessionTables implements ConsoleSessions {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insertLink(tx: Transaction, { linkHash, operatorId, createdAtMs, expiresAtMs }: ConsoleLink): Promise<void> {
    const row = [linkHash, operatorId, new Date(createdAtMs), new Date(expiresAtMs)]
    this.#database.insertLater(`INSERT INTO console_link (${LINK_COLUMNS}) VALUES`, row, tx)
  }

  async findLink(linkHash: string): Promise<ConsoleLink | undefined> {
    const sql = `SELECT ${LINK_COLUMNS} FROM console_link WHERE link_hash = ?`
    const [row] = await this.#database.select<LinkRow>(sql, [linkHash])
    return row && linkOf(row)
  }

  async takeLink(tx: Transaction, linkHash: string): Promise<ConsoleLink | undefined> {
    const sql = `SELECT ${LINK_COLUMNS} FROM console_link WHERE link_hash = ? FOR UPDATE`
    const [row] = await this.#database.select<LinkRow>(sql, [linkHash], tx)
    if (row === undefined) return undefined
    this.#database.writeLater('DELETE FROM console_link WHERE link_hash = ?', [linkHash], tx)
    return linkOf(row)
  }

  async insertSession(tx: Transaction, session: ConsoleSession): Promise<void> {
    const { sessionHash, secretHash, operatorId, createdAtMs, usedAtMs, expiresAtMs, endedAtMs } = session
    const times = [new Date(createdAtMs), new Date(usedAtMs), new Date(expiresAtMs), dateOrNull(endedAtMs)]
    const row = [sessionHash, secretHash, operatorId, ...times]
    this.#database.insertLater(`INSERT INTO console_session (${SESSION_COLUMNS}) VALUES`, row, tx)
  }

  async findSession(sessionHash: string): Promise<{ session: ConsoleSession; operator: Operator } | undefined> {
    const sql = `SELECT s.session_hash, s.secret_hash, s.operator_id, s.created_at, s.used_at, s.expires_at, s.ended_at,
        o.name, o.role, o.token_hash, o.created_at AS operator_created_at, o.disabled_at
      FROM console_session s JOIN operator o ON o.operator_id = s.operator_id
      WHERE s.session_hash = ?`
    const [row] = await this.#database.select<SessionRow>(sql, [sessionHash])
    return row && { session: sessionOf(row), operator: operatorOf(row) }
  }

  async touch(sessionHash: string, usedAtMs: number): Promise<void> {
    const usedAt = new Date(usedAtMs)
    const sql = 'UPDATE console_session SET used_at = ? WHERE session_hash = ? AND used_at < ?'
    await this.#database.write(sql, [usedAt, sessionHash, usedAt])
  }

  async endSession(tx: Transaction, sessionHash: string, endedAtMs: number): Promise<void> {
    const sql = 'UPDATE console_session SET ended_at = ? WHERE session_hash = ? AND ended_at IS NULL'
    this.#database.writeLater(sql, [new Date(endedAtMs), sessionHash], tx)
  }

  async endAllOf(tx: Transaction, operatorId: string, endedAtMs: number): Promise<void> {
    const sql = 'UPDATE console_session SET ended_at = ? WHERE operator_id = ? AND ended_at IS NULL'
    this.#database.writeLater(sql, [new Date(endedAtMs), operatorId], tx)
    this.#database.writeLater('DELETE FROM console_link WHERE operator_id = ?', [operatorId], tx)
  }

  async prune(tx: Transaction, expiredBeforeMs: number): Promise<void> {
    const before = new Date(expiredBeforeMs)
    for (const table of ['console_link', 'console_session'])
      this.#database.writeLater(`DELETE FROM ${table} WHERE expires_at < ? LIMIT ${PRUNED_ROWS}`, [before], tx)
  }
}
