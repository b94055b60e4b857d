/** The table `console_action`: what operators asked for in the console, each under its key. Nothing here deletes a row. */
import type { AuditAction } from '../contracts/lists.ts'
import { DuplicateKeyError, type Transaction } from '../payments/ports.ts'
import { ActionKeyTakenError, type ConsoleAction, type ConsoleActions, type Json } from '../settlement/ports.ts'
import type { Database } from './database.ts'
import { translate } from './mysql-errors.ts'

interface ActionRow {
  action_key: string
  operator: string
  action: AuditAction
  subject: string
  request_hash: string
  canonical_request: string
  answer: string | null
  at: Date
}

const COLUMNS = 'action_key, operator, action, subject, request_hash, canonical_request, answer, at'

const actionOf = (row: ActionRow): ConsoleAction => ({
  key: row.action_key,
  operator: row.operator,
  action: row.action,
  subject: row.subject,
  fingerprint: row.request_hash,
  canonicalRequest: row.canonical_request,
  answer: row.answer === null ? null : JSON.parse(row.answer),
  atMs: row.at.getTime(),
})

const textOf = (answer: Json): string | null => (answer === null ? null : JSON.stringify(answer))

export class ConsoleActionTable implements ConsoleActions {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async find(key: string): Promise<ConsoleAction | undefined> {
    const sql = `SELECT ${COLUMNS} FROM console_action WHERE action_key = ?`
    const [row] = await this.#database.select<ActionRow>(sql, [key])
    return row && actionOf(row)
  }

  async insert(tx: Transaction, action: ConsoleAction): Promise<void> {
    const { key, operator, subject, fingerprint, canonicalRequest, answer, atMs } = action
    const row = [key, operator, action.action, subject, fingerprint, canonicalRequest, textOf(answer), new Date(atMs)]
    try {
      // Not later: what a taken key means differs from what another duplicate means to who began the transaction.
      await this.#database.write(`INSERT INTO console_action (${COLUMNS}) VALUES (?)`, [row], tx)
    } catch (error) {
      throw translate(error) instanceof DuplicateKeyError ? new ActionKeyTakenError(key, { cause: error }) : error
    }
  }

  async keepAnswer(key: string, answer: Json, tx?: Transaction): Promise<void> {
    const sql = 'UPDATE console_action SET answer = ? WHERE action_key = ?'
    if (tx === undefined) await this.#database.write(sql, [textOf(answer), key])
    else this.#database.writeLater(sql, [textOf(answer), key], tx)
  }
}
