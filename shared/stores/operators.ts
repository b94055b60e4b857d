/** The table `operator`. */
import type { OperatorRole } from '../contracts/lists.ts'
import type { Transaction } from '../payments/ports.ts'
import type { Operator, Operators } from '../settlement/ports.ts'
import { lockChain } from './audit-log.ts'
import type { Database } from './database.ts'
import { dateOrNull } from './days.ts'

interface OperatorRow {
  operator_id: string
  name: string
  role: OperatorRole
  token_hash: string
  created_at: Date
  disabled_at: Date | null
}

const COLUMNS = 'operator_id, name, role, token_hash, created_at, disabled_at'

const operatorOf = (row: OperatorRow): Operator => ({
  operatorId: row.operator_id,
  name: row.name,
  role: row.role,
  tokenHash: row.token_hash,
  createdAtMs: row.created_at.getTime(),
  disabledAtMs: row.disabled_at?.getTime() ?? null,
})

export class OperatorTable implements Operators {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async list(tx?: Transaction): Promise<Operator[]> {
    // Every change of an operator appends to the log, so that one row serves both, and there may be no operator to lock.
    if (tx !== undefined) await lockChain(this.#database, tx)
    const sql = `SELECT ${COLUMNS} FROM operator ORDER BY name`
    return (await this.#database.select<OperatorRow>(sql, [], tx)).map(operatorOf)
  }

  ofToken(tokenHash: string): Promise<Operator | undefined> {
    return this.#one('token_hash', tokenHash)
  }

  ofName(name: string): Promise<Operator | undefined> {
    return this.#one('name', name)
  }

  async #one(column: 'token_hash' | 'name', value: string): Promise<Operator | undefined> {
    const sql = `SELECT ${COLUMNS} FROM operator WHERE ${column} = ?`
    const [row] = await this.#database.select<OperatorRow>(sql, [value])
    return row && operatorOf(row)
  }

  async insert(tx: Transaction, operator: Operator): Promise<void> {
    const { operatorId, name, role, tokenHash, createdAtMs, disabledAtMs } = operator
    const row = [operatorId, name, role, tokenHash, new Date(createdAtMs), dateOrNull(disabledAtMs)]
    this.#database.insertLater(`INSERT INTO operator (${COLUMNS}) VALUES`, row, tx)
  }

  async update(tx: Transaction, { operatorId, tokenHash, disabledAtMs }: Operator): Promise<void> {
    const sql = 'UPDATE operator SET token_hash = ?, disabled_at = ? WHERE operator_id = ?'
    this.#database.writeLater(sql, [tokenHash, dateOrNull(disabledAtMs), operatorId], tx)
  }
}
